"""The one error of the pure part: a defect in a flow or in its words. The shell turns it into the apology."""


class FlowError(Exception):
    """A flow, a state or the words cannot be used as they are; `code` is stable, the text is for people."""

    def __init__(self, text: str, code: str = "flow") -> None:
        super().__init__(text)
        self.code = code
