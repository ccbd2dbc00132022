"""Lists of people: units and members in, members out."""
