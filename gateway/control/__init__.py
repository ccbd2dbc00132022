"""The control room: what happened in a window of days, in a unit and all under it. Nothing here changes anything."""
