"""Joining: the steps a member takes, what lists say of consent, numbers that are lost or change (journeys.md M1, M6)."""

from gateway.enrolment.steps import EVERYTHING, KEY, enrol, import_consent, speak_as

__all__ = ["EVERYTHING", "KEY", "enrol", "import_consent", "speak_as"]
