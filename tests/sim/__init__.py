"""A deterministic simulation of the whole delivery engine (reliability.md 7.1): the real rooms on the real database, a
virtual clock, seeded chance, a provider and phones that are played, and faults at every step outside.

`ground` is the database and the people in it, `world` the clock, the events and the faults, `provider` and `phones` the
outside, `engine` turns bells into jobs, `staff` acts, `oracle` knows on its own what may have happened, `play` runs a seed.
"""
