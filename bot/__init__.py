"""Duly's core. It knows no chat platform."""
