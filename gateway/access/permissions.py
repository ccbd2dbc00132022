"""Roles and what each may do: one table, read by the decorators, by templates and by the test of the matrix. Pure."""

from __future__ import annotations

import enum
from collections.abc import Mapping


class Role(enum.StrEnum):
    """The role of a person of staff, always within their unit and what lies under it."""

    ADMINISTRATOR = "administrator"
    COORDINATOR = "coordinator"
    APPROVER = "approver"
    STAFF = "staff"
    LISTENER = "listener"
    AUDITOR = "auditor"


class Permission(enum.StrEnum):
    """A deed that a role may do; `may("answer_reports")` guards a route with it."""

    SEE_REPORTS = "see_reports"
    HEAR_REPORTS = "hear_reports"
    WORK_ON_REPORTS = "work_on_reports"
    ANSWER_REPORTS = "answer_reports"
    SEE_RESTRICTED = "see_restricted"
    SEE_CONTROL = "see_control"
    CHANGE_LADDER = "change_ladder"
    EXPORT_REPORTS = "export_reports"
    SEE_BROADCASTS = "see_broadcasts"
    WRITE_BROADCASTS = "write_broadcasts"
    APPROVE_BROADCASTS = "approve_broadcasts"
    SEND_BROADCASTS = "send_broadcasts"
    SEE_MEMBERS = "see_members"
    CHANGE_MEMBERS = "change_members"
    EXPORT_MEMBERS = "export_members"
    UNMASK_NUMBERS = "unmask_numbers"
    ERASE_MEMBERS = "erase_members"
    SEE_SUPPRESSIONS = "see_suppressions"
    CHANGE_SUPPRESSIONS = "change_suppressions"
    WORK_ON_BREACHES = "work_on_breaches"
    CHANGE_UNITS = "change_units"
    SEE_STAFF = "see_staff"
    CHANGE_STAFF = "change_staff"
    SEE_AUDIT = "see_audit"
    CHANGE_SETTINGS = "change_settings"
    SEE_NEWS = "see_news"
    WRITE_NEWS = "write_news"
    RECORD_PROMPTS = "record_prompts"
    RECORD_MESSAGES = "record_messages"


ROLES = tuple(Role)
_P = Permission
_SEE = frozenset({_P.SEE_REPORTS, _P.SEE_CONTROL, _P.SEE_BROADCASTS, _P.SEE_NEWS})
_WORK = _SEE | {_P.HEAR_REPORTS, _P.WORK_ON_REPORTS, _P.ANSWER_REPORTS, _P.SEE_MEMBERS}
_LEAD = _WORK | {
    _P.WRITE_BROADCASTS,
    _P.SEND_BROADCASTS,
    _P.SEE_RESTRICTED,
    _P.CHANGE_MEMBERS,
    _P.UNMASK_NUMBERS,
    _P.WRITE_NEWS,
    _P.RECORD_MESSAGES,
    _P.SEE_STAFF,
}
_RUN = {
    _P.APPROVE_BROADCASTS,
    _P.EXPORT_MEMBERS,
    _P.EXPORT_REPORTS,
    _P.ERASE_MEMBERS,
    _P.CHANGE_UNITS,
    _P.SEE_SUPPRESSIONS,
    _P.CHANGE_SUPPRESSIONS,
}

GRANTS: Mapping[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(Permission),
    Role.COORDINATOR: _LEAD | _RUN,
    Role.APPROVER: _SEE | {_P.APPROVE_BROADCASTS, _P.SEE_MEMBERS, _P.SEND_BROADCASTS},
    Role.STAFF: _WORK,
    Role.LISTENER: frozenset({_P.SEE_REPORTS, _P.HEAR_REPORTS, _P.SEE_NEWS}),
    Role.AUDITOR: _SEE | {_P.SEE_MEMBERS, _P.SEE_SUPPRESSIONS, _P.SEE_STAFF, _P.SEE_AUDIT},
}


def may_role(role: Role, permission: Permission | str) -> bool:
    """Say whether this role carries the permission; ValueError for a permission that does not exist."""
    return Permission(permission) in GRANTS[role]
