"""The control room, in worlds made by hand."""
