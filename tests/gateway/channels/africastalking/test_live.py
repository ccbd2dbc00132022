"""One look at the real provider, never by default: does the key still open the account? Nothing is rung or sent."""

import os

import pytest

from gateway.channels.africastalking.client import Client

USERNAME, KEY = "LIVE_AFRICASTALKING_USERNAME", "LIVE_AFRICASTALKING_API_KEY"


@pytest.mark.live
@pytest.mark.skipif(KEY not in os.environ, reason=f"needs {USERNAME} and {KEY}")
def test_account_has_a_balance_when_the_key_is_good():
    amount, currency = Client(os.environ.get(USERNAME, "sandbox"), os.environ[KEY]).balance()
    assert amount is not None
    assert currency
