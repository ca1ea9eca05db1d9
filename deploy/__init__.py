"""What goes with an installation: the service, and what the program is made of."""
