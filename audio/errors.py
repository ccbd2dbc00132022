"""The root of what audio raises on purpose; callers answer a missing sound with the provider's own speech."""


class ClipError(Exception):
    """No clip can be made of this; the text is one plain sentence that may be shown to staff, `code` says which."""

    def __init__(self, text: str, code: str = "unreadable") -> None:
        super().__init__(text)
        self.code = code


class VoiceUnavailable(ClipError):
    """The voice as a whole is out of order, whatever the text; `retry_after` is in seconds."""

    def __init__(self, text: str, retry_after: float) -> None:
        super().__init__(text)
        self.retry_after = retry_after
