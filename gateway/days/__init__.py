"""How each unit's day was: its lead is asked by phone every evening, and what they said is kept (journeys.md F13).

`asking` writes what is owed to whom, `saying` keeps an answer. A unit that was asked and said nothing is *silent*, which is
not the same as nothing wrong.
"""
