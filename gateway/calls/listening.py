"""How much of what a call said was heard: by the time between our reply and the next post, or the end of the call.

An estimate, and at most what was heard: the way of the post through the network counts as listening. Where the next word of
the provider came far too late to tell anything (a last post that was lost), nothing is counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

# By "flow/version/node" of the place that waits: how often to the end, seconds said, seconds heard.
Listened: TypeAlias = Mapping[str, Sequence[float]]

ROUNDING_SECONDS = 0.3
LATE_SECONDS = 60.0  # beyond its words and what it waits for


def until(conversation: dict[str, Any] | None, now: datetime) -> Listened:
    """Return what a stored conversation listened to so far, what it said last included: until now it was heard."""
    conversation = conversation or {}
    known: Listened = conversation.get("listened") or {}
    said, at, state = conversation.get("said"), conversation.get("at"), conversation.get("state")
    if not said or at is None or not state or not said["seconds"]:
        return known
    passed, wait = now.timestamp() - at, conversation.get("wait") or {}
    if passed > said["seconds"] + wait.get("seconds", 0) + LATE_SECONDS:
        return known
    heard = min(max(passed, 0.0), said["seconds"])
    place = f"{state['flow']}/{state['version']}/{state['node']}"
    ends, before, until_now = known.get(place, (0, 0.0, 0.0))
    is_whole = passed >= said["seconds"] - ROUNDING_SECONDS
    return {
        **known,
        place: (
            int(ends) + is_whole,
            round(before + said["seconds"], 1),
            round(until_now + heard, 1),
        ),
    }
