"""What every adapter must do. A new platform is done when these pass for it."""
