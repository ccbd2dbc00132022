"""Queries. First argument `db` (a SQLAlchemy session); never commits, logs, enqueues or decides (house.md 3, 6).

`find_x` may return None, `get_x` raises NotFound, `list_x`, `add_x`, `move_x`, `claim_x`. The hot path of a call step
(`store.steps`) is the exception in form: raw statements on a connection that commits by itself.
"""
