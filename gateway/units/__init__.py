"""The organisation's tree as it changes: kinds and their order, adding, moving, merging, closing, overlays across it.

The import of a whole tree is in `gateway.people`. Every change takes its turn with the imports, is noted in the unit's
history and in the log, and touches nothing outside the viewer's part of the tree.
"""
