"""The application: command line, configuration, live run, journal, sinks and review."""
