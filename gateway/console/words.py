"""The words of states, urgencies and events on screen, each state with its shape: never colour alone (look.md 5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _

from gateway.models import Report
from gateway.states import ReportState, Urgency


@dataclass(frozen=True)
class StateWord:
    """A state as it is shown: its word, the shape drawn before it, and how loud it is."""

    word: Any
    shape: str
    tone: str = "quiet"


R = ReportState
REPORT_STATES = {
    R.DRAFT: StateWord(_("Unfinished"), "dots", "new"),
    R.UNVERIFIED: StateWord(_("New, not a member"), "ring-dot", "new"),
    R.RECEIVED: StateWord(_("Unheard"), "disc", "new"),
    R.HEARD: StateWord(_("Heard"), "ring", "open"),
    R.ASSIGNED: StateWord(_("Assigned"), "half", "open"),
    R.IN_WORK: StateWord(_("In work"), "diamond", "open"),
    R.ANSWERED: StateWord(_("Answered"), "reply", "quiet"),
    R.CONFIRMED: StateWord(_("Solved, says the member"), "tick", "quiet"),
    R.REOPENED: StateWord(_("Not solved, says the member"), "again", "new"),
    R.CLOSED_UNCONFIRMED: StateWord(_("Closed without a word"), "square", "quiet"),
    R.BLANK: StateWord(_("Nothing to hear"), "dash", "quiet"),
}
DANGER = StateWord(_("Danger now"), "triangle", "danger")
DANGER_TAKEN = StateWord(_("Danger, taken"), "triangle-open", "open")
URGENCIES = {
    Urgency.NOT_STATED: _("urgency not stated"),
    Urgency.CAN_WAIT: _("can wait"),
    Urgency.SOON: _("soon"),
    Urgency.DANGER: _("danger now"),
}
SOURCES = {"voice": _("spoken"), "sms": _("by SMS"), "ussd": _("by keys")}
MUST_ACT = {
    "unit": _("our own unit"),
    "office": _("an office"),
    "nobody": _("nobody can, and that was said"),
}
# The code of demo_data.md 6.4: the first key is the group, the second the subject within it.
CATEGORY_GROUPS = {
    "1": _("Food and money"),
    "2": _("Village services"),
    "3": _("Services for people"),
    "4": _("Rights"),
}
CATEGORIES = {
    "11": _("Ration shop"),
    "12": _("Job card, work and wages"),
    "13": _("Pension, benefits"),
    "14": _("Bank, ID link"),
    "21": _("Water, hand pump"),
    "22": _("Electricity"),
    "23": _("Road, drain, bridge"),
    "24": _("House, toilet"),
    "31": _("Health centre, ASHA"),
    "32": _("Anganwadi, nutrition"),
    "33": _("School, midday meal"),
    "34": _("Safety of women and children"),
    "41": _("Land, record"),
    "42": _("Police, dispute"),
    "43": _("Bribe, official absent"),
    "44": _("Something else"),
}
EVENTS = {
    "received": _("Report came in"),
    "urgency": _("Urgency given"),
    "voice_note": _("Recording came in"),
    "lost": _("The recording was lost"),
    "passed_local_staff": _("Sent past the local staff"),
    "unnamed": _("The reporter stays unnamed"),
    "people": _("Told for more people"),
    "added": _("More was told"),
    "more": _("More was told"),
    "again": _("Told once more"),
    "heard_again": _("Told once more"),
    "taken": _("Taken, somebody is on it"),
    "taken_by_phone": _("Taken by the duty phone"),
    "duty_rung": _("The duty phones were rung"),
    "heard": _("Heard"),
    "assigned": _("Assigned"),
    "unassigned": _("Given back"),
    "given_back": _("Waits for somebody again"),
    "taken_over": _("Taken over from a colleague's hand"),
    "in_work": _("Work began"),
    "category": _("Subject"),
    "placed": _("Place"),
    "must_act": _("Who must act"),
    "restricted": _("Restricted: it names somebody as guilty"),
    "unrestricted": _("Open to the unit again"),
    "language": _("Language"),
    "note": _("Note"),
    "merged": _("Put together with another report"),
    "joined": _("Another report was put to this one"),
    "split": _("Told apart from the other report"),
    "climbed": _("Too late: it climbed one level up"),
    "overdue_at_top": _("Too late, and nobody is above: it stays here"),
    "too_many": _("This phone told more than ten in a month"),
    "partial": _("The call broke off in mid-speech"),
    "noisy": _("Noise alone, it seems: no voice can be made out"),
    "call_over": _("The call to the reporter is over"),
    "beyond_reach": _("No phone can be rung: somebody must go there"),
    "answered": _("Answered"),
    "answered_with": _("Answered together with the other report"),
    "told": _("Told how it stands"),
    "interim": _("The member heard that it is not forgotten"),
    "rang": _("The phone rang"),
    "go_on": _("The member was asked to say it again"),
    "asked_again": _("Asked again: is it solved?"),
    "confirmed": _("The member says: solved"),
    "partly": _("The member says: partly solved"),
    "reopened": _("The member says: not solved; one level up"),
    "blank": _("Set apart: nothing to hear"),
    "closed_unconfirmed": _("Closed; the member could not be asked"),
    "undone": _("Taken back"),
}
ROLES = {
    "administrator": _("administrator"),
    "coordinator": _("coordinator"),
    "approver": _("approver"),
    "staff": _("staff"),
    "listener": _("listener"),
    "auditor": _("auditor"),
}
UNMASK_REASONS = {
    "member-asked": _("the member asked to be rung"),
    "report": _("to ask back about a report"),
    "danger": _("somebody is in danger"),
    "visit": _("to visit them or hand something over"),
    "check": _("to check whether the number is right"),
    "paper": _("to fill in a paper for them"),
    "other": _("another reason"),  # of the log's older lines
}
ROLE_WORDS = {
    "administrator": _("runs everything, also colleagues and the log"),
    "coordinator": _("members, calls to many, reports"),
    "approver": _("approves and starts calls to many"),
    "staff": _("listens and answers"),
    "listener": _("only listens"),
    "auditor": _("only looks, also into the log"),
}


def is_red(report: Report) -> bool:
    """Whether this is danger that nobody has taken yet."""
    return report.urgency == Urgency.DANGER and report.taken_at is None and report.state not in _OVER


_OVER = (R.CONFIRMED, R.CLOSED_UNCONFIRMED, R.BLANK)


def state_of(report: Report) -> StateWord:
    """Return how a report's state is shown; danger outranks all until somebody takes it."""
    return DANGER if is_red(report) else REPORT_STATES[report.state]


WORDS: dict[str, Any] = {
    "state_of": state_of,
    "is_red": is_red,
    "report_states": REPORT_STATES,
    "urgencies": URGENCIES,
    "sources": SOURCES,
    "must_act_words": MUST_ACT,
    "categories": CATEGORIES,
    "category_groups": CATEGORY_GROUPS,
    "events": EVENTS,
    "roles": ROLES,
    "role_words": ROLE_WORDS,
    "unmask_reasons": UNMASK_REASONS,
}
