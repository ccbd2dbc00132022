"""The words of an SMS of a broadcast, as one language hears them and as long as one may be."""

from __future__ import annotations

from flows.sms_text import cut
from gateway.content import in_language
from gateway.deliveries.owe import SMS
from gateway.models import Broadcast
from gateway.questions import sms_text
from gateway.runtime import Runtime

LONGEST_SMS = 6


def words_of(rt: Runtime, broadcast: Broadcast, language: str | None) -> str:
    """Return its own words, or those for whom its voice did not reach."""
    wanted = language or rt.settings.country
    if broadcast.kind == SMS:
        return cut(sms_text(rt.words, broadcast.texts, broadcast.questions or [], wanted), LONGEST_SMS)
    texts = broadcast.fallback_texts or {}
    return cut(str(texts.get(in_language(texts, {}, wanted), "")), LONGEST_SMS)
