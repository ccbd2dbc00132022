"""The words of broadcasts on screen: states, parts of the bar, causes, reasons, classes. No decisions."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

from gateway.console.words import StateWord
from gateway.rules.classes import MessageClass
from gateway.rules.verdicts import Reason
from gateway.states import BroadcastState
from gateway.store.broadcast_people import Part

B = BroadcastState
STATES = {
    B.DRAFT: StateWord(_("Draft"), "dots", "open"),
    B.APPROVED: StateWord(_("Approved"), "tick", "open"),
    B.STARTING: StateWord(_("Starting"), "half", "new"),
    B.RUNNING: StateWord(_("Running"), "disc", "new"),
    B.PAUSED: StateWord(_("Paused"), "pause", "open"),
    B.FINISHED: StateWord(_("Finished"), "tick", "quiet"),
    B.STOPPED: StateWord(_("Stopped"), "square", "quiet"),
    B.FAILED: StateWord(_("Failed"), "cross", "danger"),
}
SCHEDULED = StateWord(_("Scheduled"), "clock", "open")
BETWEEN_ROUNDS = StateWord(_("First round done"), "clock", "open")

KINDS = {"voice": _("Calls"), "sms": _("SMS")}
CLASSES = {
    MessageClass.ORGANISATIONAL: _("From the organisation: meetings, work, news"),
    MessageClass.SURVEY: _("A question to members"),
    MessageClass.CAMPAIGN: _("Campaign: asks for votes or support"),
}
SHORT_CLASSES = {
    MessageClass.ORGANISATIONAL: _("From the organisation"),
    MessageClass.SURVEY: _("A question"),
    MessageClass.CAMPAIGN: _("Campaign"),
    MessageClass.SERVICE: _("Service"),
    MessageClass.EMERGENCY: _("Emergency"),
}

PARTS = {
    Part.HEARD: (_("heard it"), "heard"),
    Part.ANSWERED_NOT_HEARD: (_("answered, but did not hear it"), "part"),
    Part.NOT_REACHED: (_("not reached"), "miss"),
    Part.IN_DOUBT: (_("in doubt: the provider fell silent"), "doubt"),
    Part.REFUSED: (_("not called, a rule forbids it"), "refused"),
    Part.IN_PROGRESS: (_("ringing or on the phone"), "busy"),
    Part.HELD: (_("waiting for the calling hours"), "hold"),
    Part.NOT_YET_TRIED: (_("not tried yet"), "wait"),
}
SMS_PARTS = {
    Part.HEARD: _("delivered"),
    Part.NOT_REACHED: _("not delivered"),
    Part.REFUSED: _("not sent, a rule forbids it"),
    Part.IN_PROGRESS: _("on the way"),
    Part.HELD: _("waiting for the sending hours"),
}

CAUSES = {
    "heard": _("listened"),
    "delivered": _("delivered"),
    "answered_not_heard": _("answered, did not listen"),
    "busy": _("busy"),
    "no_answer": _("no answer"),
    "rejected": _("declined"),
    "off": _("switched off or out of reach"),
    "invalid": _("number does not exist"),
    "network": _("network trouble"),
    "unknown": _("unknown"),
    "failed": _("failed"),
}
OUTCOMES = {
    "pending": _("being handed over"),
    "accepted": _("ringing"),
    "answered": _("answered"),
    "busy": _("busy"),
    "no_answer": _("no answer"),
    "rejected": _("declined"),
    "unreachable": _("switched off or out of reach"),
    "failed": _("failed"),
    "delivered": _("delivered"),
    "unknown": _("unknown"),
}
REASONS = {
    Reason.NUMBER_UNUSABLE: _("no usable phone number"),
    Reason.OPTED_OUT: _("asked not to be called"),
    Reason.SUPPRESSED: _("must not be contacted"),
    Reason.NO_CONSENT: _("have not agreed to such calls"),
    Reason.NOT_SCRUBBED: _("not compared with the do-not-disturb register"),
    Reason.RESTING: _("left not long ago and may not be asked again yet"),
    Reason.LONG_SILENCE: _("have not picked up for weeks: somebody should look in on them"),
    Reason.NO_WORDS: _("speak a language without words here"),
    Reason.LANGUAGE: _("speak a language that the law does not allow here"),
    Reason.STOPPED: _("stopped before"),
    Reason.EXPIRED: _("its time was over"),
    Reason.NOT_APPROVED: _("not approved"),
    Reason.CONTENT_CHANGED: _("the words changed after the approval"),
    Reason.NO_CERTIFICATE: _("no valid certificate"),
    Reason.ATTEMPTS_USED: _("called often enough"),
    Reason.PAUSED: _("paused"),
    Reason.SILENCE_PERIOD: _("silence before a poll"),
    Reason.OUTSIDE_WINDOW: _("outside the calling hours"),
    Reason.FREQUENCY_CAP: _("had enough messages today or this week"),
    Reason.BUDGET: _("the budget is used up"),
}
PAUSES = {
    "by-staff": _("Paused by staff."),
    "by-phone": _("Paused by phone."),
    "provider-refused": _("Paused: the provider refuses our calls (account, key or balance)."),
    "budget": _("Paused: the money that it may cost is used up."),
    "opt-outs": _("Paused by itself: too many want no more such calls."),
    "complaints": _("Paused by itself: people complained."),
}


def state_word(broadcast: Any, stand: Any = None) -> StateWord:
    """Return how a broadcast's state is shown; a round that is over says so."""
    if broadcast.state == B.APPROVED and broadcast.scheduled_at is not None:
        return SCHEDULED
    if broadcast.state == B.RUNNING and stand is not None and stand.to_retry and broadcast.round_done_at:
        return BETWEEN_ROUNDS
    return STATES[broadcast.state]


def part_word(part: Part, kind: str) -> Any:
    """Return the words of a part of the bar, as the kind of the broadcast has them."""
    return SMS_PARTS.get(part, PARTS[part][0]) if kind == "sms" else PARTS[part][0]


WORDS: dict[str, Any] = {
    "broadcast_states": STATES,
    "state_word": state_word,
    "part_word": part_word,
    "kinds": KINDS,
    "classes": CLASSES,
    "short_classes": SHORT_CLASSES,
    "causes": CAUSES,
    "outcomes": OUTCOMES,
    "reasons": REASONS,
    "pauses": PAUSES,
}
