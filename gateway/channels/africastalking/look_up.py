"""Asks the emulator what became of a call or a text; Africa's Talking itself has no such address (africastalking.md).

Its last words are the fields of the posts that it would have sent, and are read as those are.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gateway.channels.africastalking.client import Client
from gateway.channels.africastalking.fields import LONGEST_ID
from gateway.channels.africastalking.sms import parse_receipt
from gateway.channels.africastalking.voice import parse_voice
from gateway.channels.base import Known, MessageReported, VoiceEvent
from gateway.errors import CallbackInvalid, ProviderSilent
from gateway.phones import Number


class EmulatorLookUp:
    """The LookUp of the emulator."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def find(self, kind: str, since: Mapping[Number, datetime]) -> Mapping[Number, list[Known]]:
        """Return what the emulator took for these numbers since then, the first first; raises ChannelError."""
        asked = {"kind": kind, "since": {number: at.isoformat() for number, at in since.items()}}
        found = self._client.look_up(asked).get("found")
        if not isinstance(found, Mapping) or not all(isinstance(each, list) for each in found.values()):
            raise ProviderSilent("the provider's answer has another shape")
        return {number: [_known(kind, each) for each in found[number]] for number in since if number in found}


def _known(kind: str, entry: Any) -> Known:
    provider_id = entry.get("id") if isinstance(entry, Mapping) else None
    if not isinstance(provider_id, str) or not 0 < len(provider_id) <= LONGEST_ID:
        raise ProviderSilent("the provider's answer names no id")
    last = entry.get("last")
    try:
        return Known(provider_id, _read(kind, last) if isinstance(last, Mapping) else None)
    except CallbackInvalid as error:
        raise ProviderSilent("the provider's last word cannot be read") from error


def _read(kind: str, last: Mapping[str, str]) -> VoiceEvent | MessageReported:
    return parse_voice(last) if kind == "voice" else parse_receipt(last)
