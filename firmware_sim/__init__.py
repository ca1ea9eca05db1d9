"""A pretend sensor: gait model with ground truth, packet encoder, faults, GATT server, simulated radio."""
