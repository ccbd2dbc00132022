"""The house's one tree of errors, drawn here; pure leaves (flows, audio, rules) have their own roots.

    MemberlineError(code)            root: `code` is stable, the text is for people
    ├─ SettingsError                 every bad or missing variable at once; the process refuses to start
    ├─ CallbackInvalid               a provider's post lacks or breaks a field: 400, kept for a person to see
    ├─ NotAllowed                    a rule, missing consent or staff access refuses
    ├─ NotFound, Conflict            no such thing / it is in another state by now
    └─ ChannelError(code, retryable)
       ├─ ProviderUnreachable        surely not sent (refused, DNS, 429, 503 before acceptance): retryable
       ├─ ProviderSilent             may have been sent (time-out or reset after the body went out): never blindly
       ├─ ProviderRefused            credentials, sender, balance: nobody's message will pass
       └─ NumberRefused              this number never

Raise at the place that knows, catch at the place that can act (house.md 9).
"""


class MemberlineError(Exception):
    """Root of what we raise on purpose."""

    code = "error"

    def __init__(self, text: str, code: str | None = None) -> None:
        super().__init__(text)
        self.code = code or type(self).code


class SettingsError(MemberlineError):
    """One or more settings are missing or unusable; the text lists all of them, a line each."""

    code = "settings"


class CallbackInvalid(MemberlineError):
    """A provider's post cannot be read; the text names the field, never its value."""

    code = "callback-invalid"


class NotAllowed(MemberlineError):
    """A rule, a missing consent or the staff member's access refuses; `code` says which."""

    code = "not-allowed"


class NotFound(MemberlineError):
    """There is no such thing, or none that the viewer may know of."""

    code = "not-found"


class Conflict(MemberlineError):
    """The thing is in another state by now; nothing was changed."""

    code = "conflict"


class ChannelError(MemberlineError):
    """A provider did not take what we asked; `retryable` decides what the sender does next."""

    code = "channel"
    retryable = False


class ProviderUnreachable(ChannelError):
    """The request surely had no effect; it may be made again after a pause."""

    code = "provider-unreachable"
    retryable = True

    def __init__(self, text: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(text)
        self.retry_after_seconds = retry_after_seconds


class ProviderSilent(ChannelError):
    """The request may have had its effect; the attempt becomes *unknown* and waits for a callback."""

    code = "provider-silent"


class ProviderRefused(ChannelError):
    """The provider refuses everybody (credentials, sender, balance): stop the channel, tell staff."""

    code = "provider-refused"


class NumberRefused(ChannelError):
    """The provider will never take this number."""

    code = "number-refused"
