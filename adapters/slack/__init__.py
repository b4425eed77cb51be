"""Slack: what comes from it, live or in an export, and what is said there."""
