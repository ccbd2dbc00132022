"""The person who looks: what every query of the console is limited by (reliability.md C13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gateway.access.permissions import Permission, Role, may_role
from gateway.errors import NotAllowed
from gateway.rules.escalation import parent_path
from gateway.store.sight import Sight


@dataclass(frozen=True)
class Viewer:
    """A signed-in person of staff; handed to store functions, never looked up by them."""

    staff_id: int
    name: str
    role: Role
    unit_id: int
    unit_path: str
    locale: str
    unit_name: str = ""
    sign_in_id: int | None = None
    must: str | None = None  # what bars the way to all else (`gateway.access.duties`)
    has_keys_off: bool = False  # wants no single-key shortcuts
    second_factor_by: datetime | None = None  # asked for until then, demanded afterwards

    def may(self, permission: Permission | str) -> bool:
        """Say whether this person's role carries the permission."""
        return may_role(self.role, permission)

    @property
    def is_top(self) -> bool:
        """Whether this person works for the whole organisation."""
        return parent_path(self.unit_path) is None

    def decide_for_all(self) -> None:
        """Raise NotAllowed for somebody of a part: what holds for the whole organisation is decided at its top."""
        if not self.is_top:
            raise NotAllowed("only the whole organisation decides this", code="unit")

    @property
    def sight(self) -> Sight:
        """What limits every query for reports."""
        return Sight(self.unit_path, self.staff_id, self.may(Permission.SEE_RESTRICTED))
