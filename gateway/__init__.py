"""The Flask service and the house everybody shares: rooms, store, rules, channels, console. See README, "Map"."""
