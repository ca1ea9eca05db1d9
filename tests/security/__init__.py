"""What somebody with bad intentions can do, tried."""
