"""Tests of Africa's Talking as an adapter; `payloads.toml` holds what goes over the wire."""
