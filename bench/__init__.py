"""Benchmarks: each prints its figures beside a peer's or the bare limit, in one run."""
