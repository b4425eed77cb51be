"""The web process: health, the platforms' doors, and pages with what is somebody's own."""
