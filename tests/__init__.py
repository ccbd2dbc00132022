"""Tests mirror the rooms they test; `tests/conftest.py` builds the real parts they run on."""
