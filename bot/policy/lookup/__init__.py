"""What is looked for in records, and whether it stands in a text: pure. Policy 3.3.2."""
