"""Reads what companies keep in tables, .xlsx or .csv: people, and days off. Policy 1.2."""
