"""RQ's side of the door: jobs of ten lines that open a unit of work, call one use-case of a room and close it."""
