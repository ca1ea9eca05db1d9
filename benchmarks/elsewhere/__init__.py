"""Recordings of other people, looked at only after the rules of the core stood."""
