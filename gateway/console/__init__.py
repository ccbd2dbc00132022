"""What people open: one module per screen, each with a blueprint; templates/, static/ and translations/ beside them.

A new screen is a module here with `blueprint`, named in SCREENS, and a line in `page.NAVIGATION`.
"""

from __future__ import annotations

from flask import Flask, request
from flask_wtf.csrf import CSRFProtect

from gateway.console import (
    account,
    answering,
    assets,
    audit,
    broadcasts,
    broadcasts_check,
    broadcasts_compose,
    broadcasts_people,
    broadcasts_show,
    broadcasts_test_call,
    calls,
    control,
    house,
    house_breaches,
    house_rights,
    invitation,
    members,
    members_add,
    members_changes,
    members_classes,
    members_consent,
    members_deeds,
    members_doubles,
    members_drives,
    members_edit,
    members_forms,
    members_import,
    members_joined,
    members_lists,
    members_number,
    members_rights,
    members_show,
    news,
    notices,
    page,
    report,
    report_code,
    report_lock,
    reports,
    reports_bulk,
    reports_next,
    reports_views,
    scrubs,
    second_factor,
    sender,
    signing_in,
    staff,
    staff_show,
    start,
    suppressions,
    units,
    units_duty,
    units_move,
    units_overlays,
    wall,
)

SCREENS = (
    assets.blueprint,
    signing_in.blueprint,
    account.blueprint,
    second_factor.blueprint,
    invitation.blueprint,
    start.blueprint,
    reports.blueprint,
    reports_next.blueprint,
    reports_bulk.blueprint,
    reports_views.blueprint,
    report.blueprint,
    report_code.blueprint,
    report_lock.blueprint,
    answering.blueprint,
    control.blueprint,
    calls.blueprint,
    wall.blueprint,
    broadcasts.blueprint,
    broadcasts_compose.blueprint,
    broadcasts_check.blueprint,
    broadcasts_test_call.blueprint,
    broadcasts_show.blueprint,
    broadcasts_people.blueprint,
    members.blueprint,
    members_drives.blueprint,
    members_classes.blueprint,
    members_forms.blueprint,
    members_joined.blueprint,
    members_changes.blueprint,
    members_add.blueprint,
    members_import.blueprint,
    members_lists.blueprint,
    members_number.blueprint,
    members_show.blueprint,
    members_rights.blueprint,
    members_consent.blueprint,
    members_edit.blueprint,
    members_deeds.blueprint,
    members_doubles.blueprint,
    units.blueprint,
    units_duty.blueprint,
    units_move.blueprint,
    units_overlays.blueprint,
    news.blueprint,
    notices.blueprint,
    scrubs.blueprint,
    suppressions.blueprint,
    house.blueprint,
    house_rights.blueprint,
    house_breaches.blueprint,
    staff.blueprint,
    staff_show.blueprint,
    audit.blueprint,
    sender.blueprint,
)
CALLBACKS = "/callbacks/"  # not ours to protect: the secret in its path tells a provider


def set_up_console(app: Flask) -> None:
    """Give the app languages, formats, what every template knows, and tokens on every form."""
    page.set_up(app)
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    csrf = CSRFProtect(app)

    @app.before_request
    def _check_token() -> None:
        if not request.path.startswith(CALLBACKS):
            csrf.protect()
