"""Providers by name, and the bundle that a runtime carries. One line here per provider (README, "A new provider").

Called by `gateway.runtime` alone; nobody else imports a provider's folder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from gateway.channels.africastalking.callbacks import AfricasTalkingCallbacks
from gateway.channels.africastalking.client import Client
from gateway.channels.africastalking.look_up import EmulatorLookUp
from gateway.channels.africastalking.sms import AfricasTalkingSms
from gateway.channels.africastalking.voice import AfricasTalkingVoice
from gateway.channels.base import Callbacks, LookUp, SmsChannel, VoiceChannel
from gateway.channels.loopback import LoopbackCallbacks, LoopbackLookUp, LoopbackSms, LoopbackVoice
from gateway.errors import NotFound
from gateway.settings import Settings
from gateway.settings_values import is_loopback


@dataclass(frozen=True)
class Channels:
    """One provider's ways out and in. `recording_hosts` ("host:port") may lie inside our own network (`fetch`).

    `look_up` is None where the provider cannot be asked what became of something.
    """

    name: str
    voice: VoiceChannel
    sms: SmsChannel
    callbacks: Callbacks
    look_up: LookUp | None = None
    recording_hosts: frozenset[str] = frozenset()
    kept_secrets: tuple[str, ...] = field(default=(), repr=False)

    def secrets(self) -> tuple[str, ...]:
        """Return what the log filter must blank."""
        return self.kept_secrets


def open_channels(name: str, settings: Settings) -> Channels:
    """Build the provider's channels; opens no connection. Raises NotFound for an unknown name."""
    factory = PROVIDERS.get(name)
    if factory is None:
        raise NotFound(f"no provider is called {name!r}; known: {', '.join(PROVIDERS)}")
    return factory(settings)


def new_client(settings: Settings) -> Client:
    """Build the Africa's Talking account alone, for checks such as its balance."""
    return Client(
        settings.africastalking_username, settings.africastalking_api_key, settings.africastalking_url
    )


def _africastalking(settings: Settings) -> Channels:
    client = new_client(settings)
    return Channels(
        name="africastalking",
        voice=AfricasTalkingVoice(client),
        sms=AfricasTalkingSms(client, settings.sms_sender),
        callbacks=AfricasTalkingCallbacks(),
        look_up=EmulatorLookUp(client) if client.is_loopback else None,
        recording_hosts=_host_of(settings.africastalking_url),
        kept_secrets=(settings.africastalking_api_key,),
    )


def _loopback(settings: Settings) -> Channels:
    return Channels("loopback", LoopbackVoice(), LoopbackSms(), LoopbackCallbacks(), LoopbackLookUp())


def _host_of(url: str) -> frozenset[str]:
    if not url:
        return frozenset()
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    # An emulator may name itself otherwise than we do, but it is the same port of this machine.
    hosts = ("127.0.0.1", "::1", "localhost") if is_loopback(url) else (parts.hostname,)
    return frozenset(f"{host}:{port}" for host in hosts)


PROVIDERS: Mapping[str, Callable[[Settings], Channels]] = {
    "africastalking": _africastalking,
    "loopback": _loopback,
}
