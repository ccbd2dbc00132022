"""The reading side in one object, for the web rooms: parsers and answers of this provider. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from flows.steps import Wait
from gateway.channels.africastalking import sms, ussd, voice, xml
from gateway.channels.base import (
    MessageArrived,
    MessageReported,
    OptedOut,
    Reply,
    Speech,
    UssdStep,
    VoiceEvent,
)


class AfricasTalkingCallbacks:
    """The Callbacks of Africa's Talking; no state."""

    def parse_voice(self, form: Mapping[str, str]) -> VoiceEvent:
        """Read a post about a call."""
        return voice.parse_voice(form)

    def parse_sms(self, form: Mapping[str, str]) -> MessageArrived:
        """Read an incoming SMS."""
        return sms.parse_sms(form)

    def parse_receipt(self, form: Mapping[str, str]) -> MessageReported:
        """Read a receipt."""
        return sms.parse_receipt(form)

    def parse_opt_out(self, form: Mapping[str, str]) -> OptedOut:
        """Read an opt-out."""
        return sms.parse_opt_out(form)

    def parse_ussd(self, form: Mapping[str, str]) -> UssdStep:
        """Read a USSD step or end."""
        return ussd.parse_ussd(form)

    def render(self, speech: Speech | None, wait: Wait | None, callback_url: str) -> Reply:
        """Write what the phone does next."""
        return xml.render(speech, wait, callback_url)

    def decline(self) -> Reply:
        """Write the refusal of a ringing call."""
        return xml.decline()

    def ussd_reply(self, screen: str, goes_on: bool) -> Reply:
        """Write a USSD screen."""
        return ussd.ussd_reply(screen, goes_on)
