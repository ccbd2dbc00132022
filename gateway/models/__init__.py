"""The tables, split by noun. Rows only: no queries (store) and no decisions (rooms)."""

from gateway.models.base import Base, JsonDict, Word, new_public_id
from gateway.models.people import Consent, DutyNumber, Member, PhoneNumber, Post, Suppression, Unit
from gateway.models.reports import Answer, Report, ReportEvent
from gateway.models.sending import (
    Attempt,
    Broadcast,
    Delivery,
    NewsHeard,
    NewsItem,
    Pace,
    PollSilence,
    Setting,
)
from gateway.models.staff import AuditEntry, SignIn, SignInFailure, Staff
from gateway.models.talk import Call, Callback, Conversation, Exchange, Message, VoiceNote

__all__ = [
    "Answer",
    "Attempt",
    "AuditEntry",
    "Base",
    "Broadcast",
    "Call",
    "Callback",
    "Consent",
    "Conversation",
    "Delivery",
    "DutyNumber",
    "Exchange",
    "JsonDict",
    "Member",
    "Message",
    "NewsHeard",
    "NewsItem",
    "Pace",
    "PhoneNumber",
    "PollSilence",
    "Post",
    "Report",
    "ReportEvent",
    "Setting",
    "SignIn",
    "SignInFailure",
    "Staff",
    "Suppression",
    "Unit",
    "VoiceNote",
    "Word",
    "new_public_id",
]
