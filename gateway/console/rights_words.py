"""The words of what is held about a member: each table and each column as people say it, and what a purge did. No decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _

from gateway.access import runtime
from gateway.console import members_words, words
from gateway.console.audit_words import ACTIONS
from gateway.console.broadcasts_words import OUTCOMES
from gateway.console.formats import day
from gateway.console.locale import SPOKEN
from gateway.console.members_joined import WAYS

TABLES: dict[str, Any] = {
    "numbers": _("Phone numbers"),
    "other_numbers": _("Further and earlier numbers"),
    "posts": _("Posts"),
    "consents": _("What was agreed to"),
    "number_changes": _("New numbers that were told"),
    "reports": _("Problems told"),
    "additions": _("What was added to them"),
    "report_events": _("What was done about them"),
    "answers": _("Answers"),
    "messages": _("Messages"),
    "calls": _("Calls"),
    "voice_notes": _("Recordings of the voice"),
    "deliveries": _("What was sent"),
    "attempts": _("Tries to ring or send"),
    "enrolments": _("How they came in"),
    "join_codes": _("Codes"),
    "paper_forms": _("Paper forms"),
    "overlay_members": _("Wings"),
    "news_heard": _("News heard"),
    "broadcast_answers": _("Answers to broadcasts"),
    "unit_days": _("What was said of the unit's day"),
    "habits": _("When the phone is picked up"),
    "audience_list_members": _("Lists that broadcasts go to"),
    "told_apart": _("Told apart from other members"),
    "erasures": _("Forgotten, under lock"),
    "merged": _("Entries that were this same person"),
    "merges": _("Double entries put together"),
    "suppressions": _("Why the number is left alone"),
    "rights_requests": _("What they asked about their data"),
    "breach_members": _("Data that got out"),
    "duty_numbers": _("On duty"),
    "conversations": _("Open conversation by SMS"),
    "audit_entries": _("Who looked at this member, and changed what"),
}
COLUMNS: dict[str, Any] = {
    "name": _("Name"),
    "number": _("Number"),
    "text": _("Words"),
    "texts": _("Words"),
    "place": _("Village"),
    "note": _("Note"),
    "at": _("When"),
    "since": _("Since"),
    "until": _("Until"),
    "reason": _("Reason"),
    "title": _("Title"),
    "action": _("What"),
    "purpose": _("For what"),
    "how": _("How"),
    "reference": _("Reference"),
    "state": _("State"),
    "urgency": _("Urgency"),
    "category": _("Subject"),
    "language": _("Language"),
    "received_at": _("Received"),
    "closed_at": _("Closed"),
    "kind": _("Kind"),
    "is_inbound": _("From the member"),
    "started_at": _("Began"),
    "seconds": _("Seconds"),
    "announced_at": _("Recorded"),
    "withheld_at": _("Withheld since"),
    "created_at": _("Written down"),
    "placed_at": _("Tried"),
    "outcome": _("Outcome"),
    "way": _("Way"),
    "joined_at": _("Joined"),
    "code": _("Code"),
    "done_at": _("Settled"),
    "status": _("Status"),
    "consent": _("Consent"),
    "handset": _("Handset"),
    "slot": _("Time of day"),
    "tags": _("Tags"),
    "is_adult": _("Grown-up"),
    "is_trained": _("Trained"),
    "left_at": _("Left on"),
    "notice": _("Notice"),
    "source": _("Told by"),
    "position": _("Order"),
    "media_type": _("Kind of file"),
    "heard_seconds": _("Seconds heard"),
}
# Ours and nobody's: keys of rows, leases, hashes. All of it stands in the file that is handed out.
KINDS: dict[str, Any] = {
    **TABLES,
    "erasures": _("Forgotten members, for good"),
    "members": _("Members who left long ago"),
    "recordings": _("Recordings, with their files"),
    "recordings_withheld": _("Recordings nobody plays any more"),
    "reports_unnamed": _("Problems that name nobody any more"),
    "lists": _("Lists that were handed in"),
    "callbacks": _("Raw posts of the provider"),
    "exchanges": _("Our requests to the provider"),
    "sign_in_failures": _("Failed sign-ins"),
    "sign_ins": _("Sign-ins"),
    "invitations": _("Invitations of colleagues"),
    "known_browsers": _("Browsers of colleagues"),
    "unit_days": _("What units said of their days"),
    "rollups": _("Roll-ups of the days"),
    "files": _("Files that belong to nothing"),
}
KEPT_FOR: dict[str, Any] = {
    "voice_notes_playable": _("recordings can be played, after the report is closed"),
    "voice_notes": _("recordings and the words of reports, after the report is closed"),
    "calls": _("calls, tries and what was sent"),
    "messages": _("messages"),
    "consents_after_end": _("what was agreed to, after the member has left"),
    "audit": _("the log of who saw and did what"),
    "callbacks": _("raw posts of the provider"),
    "imports": _("lists that were handed in"),
    "erased_floor_days": _("forgotten members, under lock"),
}
ERASED_HOW: dict[str, Any] = {
    "key": _("by a key in our call"),
    "sms": _("by SMS"),
    "staff": _("by staff, at their wish"),
    "retention": _("left long ago"),
    "restored": _("again, after a restore"),
}
ASKED: dict[str, Any] = {
    "correction": _("says that something is wrong"),
    "erasure": _("wants to be forgotten; we ring to be sure"),
}


def _by_value(words: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(key): getattr(word, "word", word) for key, word in words.items()}


# Of a call, and of what was sent.
_STATES: dict[str, Any] = {
    "placed": _("being handed over"),
    "ringing": _("ringing"),
    "answered": _("spoken with"),
    "ended": _("over"),
    "queued": _("not tried yet"),
    "held": _("waiting for the calling hours"),
    "sending": _("being handed over"),
    "sent": _("on the way"),
    "in_doubt": _("in doubt: the provider fell silent"),
    "delivered": _("delivered"),
    "not_heard": _("answered, did not listen"),
    "failed": _("failed"),
    "refused": _("not called, a rule forbids it"),
    "cancelled": _("stopped before"),
}
# What stands in a column, in words; what is not here stands as it is.
_VALUES: dict[str, dict[str, Any]] = {
    "purpose": _by_value(members_words.PURPOSES),
    "how": ERASED_HOW | _by_value(members_words.HOWS),
    "action": {"given": _("agreed"), "withdrawn": _("took it back")} | ACTIONS,
    "consent": _by_value(members_words.CONSENTS),
    "status": _by_value(members_words.STATUSES),
    "state": _STATES | _by_value(words.REPORT_STATES),
    "urgency": _by_value(words.URGENCIES),
    "category": _by_value(words.CATEGORIES),
    "source": _by_value(words.SOURCES),
    "reason": _by_value(members_words.DELIVERED_AS),
    "outcome": OUTCOMES | {"answered": _("spoken with")},
    "way": WAYS,
    "language": SPOKEN,
    "handset": _by_value(members_words.HANDSETS),
    "kind": _by_value(words.EVENTS) | ASKED | {"voice": _("call"), "sms": _("SMS")},
}
_YES, _NO = _("yes"), _("no")


class Section(NamedTuple):
    """One table of what is held: its title, its columns, its rows as text."""

    title: str
    columns: list[str]
    rows: list[list[str]]


def sections(found: dict[str, Any]) -> list[Section]:
    """Lay out what is held for reading: every table with something in it, in words."""
    member = {name: found["member"][name] for name in found["member"] if name in COLUMNS}
    own = Section(str(_("Who they are")), [str(COLUMNS[name]) for name in member], [_cells(member, member)])
    known = [name for name in TABLES if found.get(name)]
    rest = [name for name, rows in found.items() if isinstance(rows, list) and rows and name not in TABLES]
    return [own, *(_section(name, found[name]) for name in (*known, *rest) if name != "unit")]


def _section(name: str, rows: list[dict[str, Any]]) -> Section:
    columns = [column for column in COLUMNS if any(row.get(column) not in (None, "", {}, []) for row in rows)]
    title = str(TABLES.get(name, name.replace("_", " ")))
    return Section(
        title, [str(COLUMNS[column]) for column in columns], [_cells(row, columns) for row in rows]
    )


def _cells(row: dict[str, Any], columns: Iterable[str]) -> list[str]:
    return [_value(column, row.get(column)) for column in columns]


def _value(column: str, value: Any) -> str:
    if value in (None, "", {}, []):
        return "–"
    if isinstance(value, bool):
        return str(_YES if value else _NO)
    if isinstance(value, dict):
        return " / ".join(str(each) for each in value.values())
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    text = f"{float(value):.0f}" if column == "seconds" else str(value)
    return _moment(text) or str(_VALUES.get(column, {}).get(text, text))


def _moment(text: str) -> str | None:
    """Read an instant and say it with its year: what is printed is read years later."""
    if len(text) < 19 or text[4:5] != "-" or "T" not in text:
        return None
    try:
        local = datetime.fromisoformat(text).astimezone(runtime().profile.timezone)
    except ValueError:
        return None
    return f"{day(local.date())}, {local:%H:%M}"
