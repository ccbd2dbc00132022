"""Two sibling blocks full of everything, and a walk through all doors: what one holds is never found in the other."""
