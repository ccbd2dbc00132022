"""A caller for tests: posts to the house as the loopback provider would and reads what the phone would hear."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field

from flask.testing import FlaskClient

from gateway.phones import Number
from tests.conftest import SECRET

ANSWERS, CALLS_BACK = "+918000000002", "+918000000001"
_ids = itertools.count(1)


@dataclass
class Caller:
    """One call, in either direction; `heard` holds the bodies of all replies."""

    client: FlaskClient
    number: Number
    line: str = ANSWERS
    is_inbound: bool = True
    provider_id: str = field(default_factory=lambda: f"call-{next(_ids)}")
    heard: list[str] = field(default_factory=list)

    def ring(self) -> str:
        return self.post()

    def press(self, keys: str) -> str:
        return self.post(digits=keys)

    def wait(self) -> str:
        return self.post()

    def speak(self, url: str = "http://127.0.0.1:9/recordings/1.wav") -> str:
        return self.post(recording_url=url)

    def hang_up(self, seconds: int = 30, outcome: str = "answered", **fields: str) -> str:
        return self.post(is_over="yes", outcome=outcome, seconds=str(seconds), **fields)

    def post(self, **fields: str) -> str:
        """Post to the address that the last reply named, or to the line's own."""
        response = self.client.post(self._address(), data=self.form(**fields))
        assert response.status_code == 200, response.status_code
        self.heard.append(response.get_data(as_text=True))
        return self.heard[-1]

    def again(self) -> str:
        """Post the last thing once more, as a provider that missed our answer does."""
        return self.heard[-1]

    def form(self, **fields: str) -> dict[str, str]:
        return {
            "provider_id": self.provider_id,
            "number": self.number,
            "line": self.line,
            "is_inbound": "yes" if self.is_inbound else "no",
            "is_over": "no",
            **fields,
        }

    def _address(self) -> str:
        found = [each for reply in self.heard for each in re.findall(r"then \S+(/callbacks/\S+)", reply)]
        return found[-1] if found else f"/callbacks/loopback/{SECRET}/voice"
