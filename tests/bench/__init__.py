"""Benchmarks: each prints a ratio to a baseline of the same run; never timed tests (house.md 13). `memberline bench`."""
