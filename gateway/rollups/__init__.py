"""The day's roll-up: frozen at a set hour, sent upward, corrected the next day (journeys.md F13).

`freeze` writes it, `send` owes it to whoever asked for it, `spoken` says what a call about it may know, `reading` is what
the page, the paper and the command show.
"""
