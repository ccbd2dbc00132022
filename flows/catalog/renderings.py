"""Which conversations can be written as well as spoken, and why the others cannot: the table that a person reads.

Everything has its voice. `BY_SCREEN` also goes over a phone's own screen (USSD, `flows.screens`), `BY_TEXT` over SMS
(`flows.messages`): those that were made for it in its own words, and those walked from MENU in the short words of screens,
whose plain letters make one SMS of what would be three. Whoever comes from one of those to a conversation that is only spoken is told to give a missed call.
"""

from collections.abc import Mapping

VOICE, SMS, USSD = "voice", "sms", "ussd"

WALKED = ("main_menu", "problem", "voice_note", "my_reports", "news", "asked")
BY_SCREEN = frozenset(
    {
        *WALKED,
        "joining",
        "help",
        "leaving",
        "daily",
        "invite",
        "training",
        "pick_up",
        "my_data",
        "new_number",
    },
)
SMS_ONLY = frozenset({"sms_join", "sms_urgency", "sms_solved"})
BY_TEXT = SMS_ONLY | set(WALKED)

ONLY_SPOKEN: Mapping[str, str] = {
    "announcement": "a call of ours; its SMS is written by `gateway.questions`",
    "test_call": "tries a call of ours",
    "answer": "a call of ours; by SMS it is sms_solved",
    "go_on": "goes on with a recording",
    "interim": "a call of ours; by SMS it is one line",
    "discreet": "a call of ours",
    "duty": "somebody is rung until they take it",
    "brief": "heard in a minute, and sent as one SMS",
    "steering": "the phone code is keyed in a call",
    "reading": "somebody's voice is wanted",
    "introduction": "a call of ours",
    "number_check": "a call of ours to the old number",
    "forgetting": "a call of ours, to be sure who asks: on a screen and by SMS one asks for it",
}


def renderings(flow: str) -> tuple[str, ...]:
    """Name the ways in which a conversation can be had."""
    written = ((SMS, flow in BY_TEXT), (USSD, flow in BY_SCREEN))
    spoken = () if flow in SMS_ONLY else (VOICE,)
    return (*spoken, *(name for name, is_there in written if is_there))
