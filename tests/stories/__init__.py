"""Conversations from beginning to end."""
