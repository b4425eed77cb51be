"""Requests under random deeds of random people, against a second telling of the rules."""
