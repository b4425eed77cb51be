"""The playground: a platform in the browser, driven over real HTTP and in a real browser."""
