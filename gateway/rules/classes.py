"""The words that every rule speaks: what a message is, how it travels, and why we contact somebody.

The values are those of the database and the command line. Everything else in `rules` is built on these.
"""

from __future__ import annotations

import enum


class MessageClass(enum.StrEnum):
    """What a message is for: hours, languages, silence and consent hang on it (rules.md L1)."""

    SERVICE = "service"
    ORGANISATIONAL = "organisational"
    CAMPAIGN = "campaign"
    SURVEY = "survey"
    EMERGENCY = "emergency"


class Kind(enum.StrEnum):
    """By what kind of channel it travels."""

    VOICE = "voice"
    SMS = "sms"


class ContactReason(enum.StrEnum):
    """Why this contact is made; the same words as a delivery's reason."""

    BROADCAST = "broadcast"
    RING = "ring"
    ANSWER = "answer"
    REPLY = "reply"
    DUTY = "duty"
    TEST = "test"
    INTRODUCTION = "introduction"
    NUMBER_CHANGE = "number_change"
    INTERIM = "interim"
    GO_ON = "go_on"
    DAILY = "daily"
    BRIEF = "brief"
