"""Pure signal processing: IMU samples to foot contacts and run statistics. numpy and scipy only."""
