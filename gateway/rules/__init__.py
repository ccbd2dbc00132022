"""May we contact somebody, when, and how fast: functions of their arguments, readable by a lawyer, tested as tables.

No clock, no database, no network and nothing else of ours in here. Rooms fetch first, ask here, and write afterwards.
`guard.may_contact` is the question before every contact of ours, `call_back.may_call_back` the one before a ring is
answered by a call; the other modules are what these two, the planner and the retries are made of.
"""
