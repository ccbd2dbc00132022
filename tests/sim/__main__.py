"""`python -m tests.sim`: what `memberline sim` runs."""

from __future__ import annotations

from tests.sim.command import main

if __name__ == "__main__":
    main()
