"""The same work done by Duly and by its peers, in one run: see __main__."""
