"""What the law gives a member: to know, to correct, to be forgotten; and what the house owes: to forget in time, to tell.

One file per verb: `hold` (what do we keep), `correct`, `erase` (seals at once), `retain` (purges in time), `carry` (past a
restore), `breach` (rules.md 3.3, L12 to L14).
"""
