"""The account at Africa's Talking: the official SDK's services, their requests carried by our own transport.

The SDK builds each request (fields, host, key); we send it over one pool with time limits and without redirects,
keep the HTTP status, and make every answer a value or one of our errors. No numbers and no answers in error
texts: they end in logs. Used by `voice`, `sms` and the registry.
"""

from __future__ import annotations

import functools
import json
import logging
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from africastalking.Application import ApplicationService
from africastalking.SMS import SMSService
from africastalking.Token import TokenService
from africastalking.Voice import VoiceService
from urllib3 import PoolManager, Timeout
from urllib3.exceptions import ConnectTimeoutError, HTTPError, LocationValueError, NewConnectionError

from gateway.channels.transport import TooLongError, new_pool, read_capped, retry_after
from gateway.errors import ChannelError, ProviderRefused, ProviderSilent, ProviderUnreachable, SettingsError
from gateway.settings_values import is_loopback

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 3.0
TOTAL_SECONDS = 15.0
LONGEST_ANSWER = 8_000_000
BAD_KEY = "The supplied authentication is invalid"  # africastalking.md E3, on the wire with 401
SURELY_NOT_TAKEN = (408, 425, 429, 503)
NEVER_CONNECTED = (NewConnectionError, ConnectTimeoutError, LocationValueError)


class Client:
    """One account. `url` replaces all hosts of the provider, as with the emulator; empty is the real provider."""

    def __init__(
        self,
        username: str,
        api_key: str,
        url: str = "",
        pool: PoolManager | None = None,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        if not re.fullmatch(r"[\x21-\x7e]+", api_key):
            raise SettingsError("MEMBERLINE_AFRICASTALKING_API_KEY holds a character no key can have")
        # "Sandbox" with a capital would reach production (africastalking.md E2).
        username = "sandbox" if username.lower() == "sandbox" else username
        self.is_loopback = is_loopback(url)
        self._pool = pool or new_pool()
        self._username, self._key = username, api_key
        self._seconds = total_seconds
        self.voice = VoiceService(username, api_key)
        self.sms = SMSService(username, api_key)
        self.application = ApplicationService(username, api_key)
        self.token = TokenService(username, api_key)
        for service in (self.voice, self.sms, self.application, self.token):
            self._take_over(service, url.rstrip("/"))

    def balance(self) -> tuple[Decimal | None, str | None]:
        """Ask what is left on the account, as (amount, currency); raises ChannelError. Proves the key, too."""
        answer = self.application.fetch_application_data()
        try:
            return money(answer["UserData"]["balance"])
        except (KeyError, TypeError) as error:
            raise ProviderSilent("the provider's answer holds no balance") from error

    def look_up(self, asked: Mapping[str, Any]) -> Any:
        """Ask the emulator what became of something; raises ChannelError."""
        headers = {"apiKey": self._key, "Accept": "application/json", "Content-Type": "application/json"}
        body = json.dumps({"username": self._username, **asked})
        return self._carry(f"{self.sms._baseUrl}/look-up", "POST", headers, body, None)

    def _take_over(self, service: Any, url: str) -> None:
        # The SDK has no option for hosts or transport (E4); a test notices when an update renames these.
        if url:
            suffix = "/version1" if service._baseUrl.endswith("/version1") else ""
            service._baseUrl = url + suffix
            service._contentUrl = url + suffix
        service._make_request = self._carry

    def _carry(
        self,
        url: str,
        method: str,
        headers: Mapping[str, str],
        data: Mapping[str, object] | str | None,
        params: Mapping[str, object] | None,
        callback: object = None,
        timeout: object = None,
    ) -> Any:
        headers = dict(headers)
        body = data.encode() if isinstance(data, str) else urlencode(data or {}).encode()
        if data is not None and not isinstance(data, str):
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        address = f"{url}?{urlencode(params)}" if params else url
        status, answered, text = self._exchange(method, address, headers, body if data is not None else None)
        logger.debug("Provider answered %s %s", method, status, extra={"provider": "africastalking"})
        if not 200 <= status < 300:
            raise error_for(status, answered)
        return read_answer(text)

    def _exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, Mapping[str, str], bytes]:
        limits = Timeout(connect=min(CONNECT_SECONDS, self._seconds), total=self._seconds)
        try:
            response = self._pool.request(
                method,
                url,
                body=body,
                headers=headers,
                timeout=limits,
                retries=False,
                redirect=False,
                preload_content=False,
            )
            return response.status, response.headers, read_capped(response, LONGEST_ANSWER)
        except NEVER_CONNECTED as error:
            raise ProviderUnreachable(f"no connection to the provider: {type(error).__name__}") from error
        except (HTTPError, TooLongError, OSError) as error:
            raise ProviderSilent(f"the provider's answer did not arrive: {type(error).__name__}") from error


def error_for(status: int, headers: Mapping[str, str]) -> ChannelError:
    """Choose our error for an HTTP status that is no success (reliability.md A3, house.md 9)."""
    if status in SURELY_NOT_TAKEN:
        return ProviderUnreachable(f"the provider answered {status}", retry_after(headers))
    if status >= 500:
        return ProviderSilent(f"the provider answered {status}")
    if status in (401, 403):
        return ProviderRefused("the provider refuses our user name and key", "credentials")
    if 300 <= status < 400:
        return ProviderRefused("the provider points to another address; we do not follow", "moved")
    return ProviderRefused(f"the provider answered {status}", f"http-{status}")


def read_answer(text: bytes) -> Any:
    """Read JSON whatever the content type says; raises ProviderSilent, or ProviderRefused for a bad key."""
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError) as error:
        if BAD_KEY.encode() in text:
            raise ProviderRefused("the provider refuses our user name and key", "credentials") from error
        raise ProviderSilent("the provider's answer is no JSON") from error
    if not isinstance(answer, dict):
        raise ProviderSilent("the provider's answer has another shape")
    return answer


def money(text: object) -> tuple[Decimal | None, str | None]:
    """Read "KES 0.8000" or "0" as (amount, currency); (None, None) where it is neither (africastalking.md C2)."""
    return _amount(str(text))


@functools.lru_cache(maxsize=256)  # a thousand texts of one request cost the same
def _amount(text: str) -> tuple[Decimal | None, str | None]:
    found = re.fullmatch(r"(?:([A-Z]{3}) )?(-?[0-9]{1,12}(?:\.[0-9]{1,8})?)", text)
    return (Decimal(found[2]), found[1]) if found else (None, None)
