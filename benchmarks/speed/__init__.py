"""What things cost, as ratios to something known that is measured in the same breath: make bench."""
