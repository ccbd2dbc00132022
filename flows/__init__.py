"""What to say next: pure conversations. Imports nothing of ours and does no I/O (house.md 4)."""
