"""Changing the keys while the house works: `cells` knows everything that is sealed, `anew` seals it again, `rotate` when.

Called by `memberline keys`, by `db upgrade` and by the nightly job. The keys themselves are `gateway.keyring`.
"""
