"""Pages and health of the web process; the platforms' doors are mounted beside them."""
