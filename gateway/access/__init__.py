"""Who may come in: the provider by a secret in the path, staff by signing in, and what each role may do.

Every route carries exactly one of the decorators here; a test walks all routes and fails on one without. Used by
`gateway.web` and `gateway.console`, knows neither.
"""

from gateway.access.decorators import MARK, may, provider_post, public, runtime, signed_in
from gateway.access.permissions import ROLES, Permission, Role, may_role
from gateway.access.viewer import Viewer

__all__ = [
    "MARK",
    "ROLES",
    "Permission",
    "Role",
    "Viewer",
    "may",
    "may_role",
    "provider_post",
    "public",
    "runtime",
    "signed_in",
]
