"""Mistakes planted in Duly one at a time, and whether what is there to catch them does."""
