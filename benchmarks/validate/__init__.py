"""Accuracy on recordings of people and on the simulated runner: make validate."""
