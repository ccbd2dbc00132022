"""Providers behind narrow contracts: one small folder each (see `base.py` and README, "A new provider")."""
