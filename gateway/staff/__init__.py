"""Colleagues: inviting them, changing what they may, letting them go. Who looks is checked here, once for pages and commands."""
