"""Duly's core. It knows no chat platform."""

VERSION = "0.1.0"
