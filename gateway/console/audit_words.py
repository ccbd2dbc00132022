"""The audit log in words: what each action was, and the sort of thing it was done to."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

ACTIONS: dict[str, Any] = {
    "sign-in": _("signed in"),
    "sign-in-failed": _("sign-in failed"),
    "sign-in-attack": _("somebody tries this account very often"),
    "code-failed": _("code of the second step was wrong"),
    "sign-out": _("signed out"),
    "sign-out-everywhere": _("signed out everywhere"),
    "browser-ended": _("signed out one browser"),
    "password-changed": _("changed the password"),
    "password-chosen": _("chose a password by a link"),
    "second-factor-on": _("switched the second step on"),
    "second-factor-off": _("switched the second step off"),
    "second-factor-reset": _("took the second step off for somebody"),
    "recovery-code-used": _("used a code on paper"),
    "recovery-codes-renewed": _("made new codes on paper"),
    "staff-added": _("added a colleague"),
    "password-set": _("gave somebody a new password"),
    "staff-invited": _("invited a colleague"),
    "staff-changed": _("changed role or unit"),
    "staff-disabled": _("let a colleague go"),
    "staff-enabled": _("took a colleague back"),
    "staff-signed-out": _("signed a colleague out"),
    "link-made": _("made a link for a password"),
    "links-ended": _("took links back"),
    "member-seen": _("opened a member's page"),
    "member-by-number": _("looked up who is on a number"),
    "member.shown_everything": _("saw everything that is held about a member"),
    "number-seen": _("saw a whole number"),
    "number-alarm": _("saw very many numbers on one day"),
    "voice-note-played": _("listened to a recording"),
    "voice-note-downloaded": _("took a recording away"),
    "answer": _("answered a report"),
    "report.answered": _("answered a report"),
    "member-erased": _("erased a member"),
    "members.imported": _("imported members"),
    "members.exported": _("took a list of members away"),
    "units.imported": _("imported units"),
    "unit-added": _("added a unit"),
    "unit-changed": _("changed a unit"),
    "unit-moved": _("moved a unit"),
    "unit-merged": _("merged units"),
    "unit-closed": _("closed a unit"),
    "duty-added": _("put a phone on duty"),
    "duty-removed": _("took a phone off duty"),
    "draft": _("drafted a broadcast"),
    "change": _("changed a broadcast"),
    "approve": _("approved a broadcast"),
    "start": _("started a broadcast"),
    "pause": _("paused a broadcast"),
    "resume": _("resumed a broadcast"),
    "stop": _("stopped a broadcast"),
    "test": _("tested a broadcast"),
    "news-published": _("published news"),
    "news-withdrawn": _("withdrew news"),
    "suppression-added": _("put a number on the list of those we leave alone"),
    "suppression-lifted": _("took a number off the list of those we leave alone"),
    "suppressions-imported": _("imported numbers we leave alone"),
    "scrub-begun": _("began a comparison with the register"),
    "scrub-exported": _("took numbers away for the register"),
    "scrub-answered": _("brought the register's answer"),
    "number-change-asked": _("asked for another number"),
    "sender-changed": _("changed how we introduce ourselves"),
    "audit-exported": _("took a piece of this log away"),
}
SUBJECTS: dict[str, Any] = {
    "member": _("member"),
    "report": _("report"),
    "broadcast": _("broadcast"),
    "staff": _("colleague"),
    "unit": _("unit"),
    "news": _("news"),
}
COMMAND_LINE = _("command line")


def action_word(action: str) -> str:
    """Say an action in words; one that has none yet as it is noted."""
    return str(ACTIONS.get(action, action.replace(".", " ").replace("-", " ").replace("_", " ")))
