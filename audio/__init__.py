"""Sounds: finding, joining, synthesising and mastering clips for the telephone.

Knows no members, no flows and no gateway: plain strings in, files out (house.md 4). The composition root
introduces it to the rest of the house.
"""
