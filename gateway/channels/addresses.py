"""Which internet addresses are public. Pure; used by `fetch`."""

from __future__ import annotations

import ipaddress

# These carry another IPv4 address inside or lead elsewhere, though some Pythons call them global: v4-compatible,
# NAT64 (RFC 6052, 8215), Teredo (RFC 4380), 6to4 (RFC 3056), and IPv4's old 6to4 anycast (RFC 7526).
EMBEDDING = tuple(
    ipaddress.ip_network(text)
    for text in ("::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16", "192.88.99.0/24")
)


def is_public(address: str) -> bool:
    """Say whether anybody on the internet could be meant: global, one receiver, nothing embedded."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if any(parsed in network for network in EMBEDDING if network.version == parsed.version):
        return False
    if isinstance(parsed, ipaddress.IPv6Address) and (parsed.scope_id or parsed.is_site_local):
        return False
    return parsed.is_global and not (parsed.is_multicast or parsed.is_reserved or parsed.is_unspecified)
