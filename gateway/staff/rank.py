"""Who may change whom: never oneself, nobody above one's own unit, no role that may more than one's own. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.access.permissions import GRANTS, ROLES, Permission, Role
from gateway.access.viewer import Viewer
from gateway.errors import NotAllowed
from gateway.rules.escalation import is_within


def roles_to_give(viewer: Viewer) -> Sequence[Role]:
    """List the roles this viewer may give: those that may nothing which the viewer may not."""
    return [role for role in ROLES if GRANTS[role] <= GRANTS[viewer.role]]


def check_may_change(viewer: Viewer | None, staff_id: int, role: str) -> None:
    """Raise NotAllowed where this viewer may not change that person. The command line (None) may."""
    if viewer is None:
        return
    if not viewer.may(Permission.CHANGE_STAFF):
        raise NotAllowed("your role does not include this", code="role")
    if viewer.staff_id == staff_id:
        raise NotAllowed("nobody changes their own role", code="own-role")
    _check_role(viewer, role)


def check_may_give(viewer: Viewer | None, role: Role, unit_path: str) -> None:
    """Raise NotAllowed where this role at this place is above the viewer."""
    if viewer is None:
        return
    _check_role(viewer, role)
    if not is_within(unit_path, viewer.unit_path):
        raise NotAllowed("this unit is above yours", code="unit")


def _check_role(viewer: Viewer, role: str) -> None:
    if Role(role) not in roles_to_give(viewer):
        raise NotAllowed("this role may more than yours", code="role")
