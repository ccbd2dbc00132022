"""The demo organisation: one invented district with members, staff, reports, news and broadcasts.

Everything of it lives here and can be removed with this folder; nothing is loaded unless `memberline demo` asks, which
`up` does once for a new data folder, beside an emulator only. Texts and names are the TOML files; the same seed makes the
same people. All numbers are of the block that no real provider is asked to dial (`gateway.phones.is_invented`).
"""

from gateway.demo.files import DemoLogins, Login, persons
from gateway.demo.load import load

__all__ = ["DemoLogins", "Login", "load", "persons"]
