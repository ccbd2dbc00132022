"""Providers by name."""

import pytest

from gateway.channels.registry import open_channels
from gateway.errors import NotFound
from gateway.settings import Settings
from tests.gateway.channels.contract import ENVIRON


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("", set()),
        ("http://127.0.0.1:8001/at", {"127.0.0.1:8001", "::1:8001", "localhost:8001"}),
        ("http://localhost:8001", {"127.0.0.1:8001", "::1:8001", "localhost:8001"}),
        ("https://at.example.org", {"at.example.org:443"}),
    ],
)
def test_recordings_may_come_from_the_providers_address_when_one_is_set(url, hosts):
    settings = Settings.from_env(ENVIRON | {"MEMBERLINE_AFRICASTALKING_URL": url})
    assert open_channels("africastalking", settings).recording_hosts == hosts


def test_provider_is_not_found_when_nobody_wrote_it():
    with pytest.raises(NotFound, match="loopback"):
        open_channels("pigeon", Settings.from_env(ENVIRON))
