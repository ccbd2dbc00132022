"""The second factor: a code of six figures that changes every 30 seconds (TOTP, RFC 6238), and codes on paper.

The shared secret is sealed; a code works once, also within its 30 seconds; codes on paper are kept as hashes and used up.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

from gateway.access import rates, sign_in, tokens
from gateway.access.sign_in import HALF, Entered
from gateway.access.viewer import Viewer
from gateway.db import UnitOfWork, unit_of_work
from gateway.errors import NotFound
from gateway.models import Staff
from gateway.runtime import Runtime
from gateway.store import second_factors, sign_ins, staff

PLACE = "staff.sealed_totp"
STEP_SECONDS = 30
ISSUER = "Memberline"  # not the organisation: the list of an app on a phone is seen by others
CODES, CODE_BYTES = 10, 10


def begin(rt: Runtime, viewer: Viewer) -> None:
    """Make a new secret that counts for nothing until a first right code; one that counts already stays."""
    secret = base64.b32encode(secrets.token_bytes(20)).decode()
    with unit_of_work(rt.engine) as unit:
        person = staff.get_staff(unit.db, viewer.staff_id)
        if person.totp_since is None:
            person.sealed_totp = rt.vault.seal_text(secret, PLACE, person.id)
            person.totp_step = None


def secret_of(rt: Runtime, person: Staff) -> str | None:
    """Return the shared secret, to be shown while it is set up."""
    return rt.vault.open_text(person.sealed_totp, PLACE, person.id) if person.sealed_totp else None


def uri_of(secret: str, email: str) -> str:
    """Return what the drawing holds and an app reads."""
    import pyotp  # start-up cost: few requests need it

    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def drawing_of(secret: str, email: str) -> str:
    """Draw the square that an app reads, as SVG without an address of its own."""
    import segno  # start-up cost

    made = segno.make(uri_of(secret, email), error="m", micro=False)
    return str(made.svg_inline(scale=5, border=4, light="#fff", dark="#000", omitsize=True))


def turn_on(rt: Runtime, viewer: Viewer, code: str, where: rates.Bucket) -> tuple[str, list[str]] | None:
    """Confirm by a first right code; returns a new token for this browser and the codes on paper, or None.

    Every other browser of this person is signed out. Raises WaitFirst.
    """
    now = rt.clock()
    with unit_of_work(rt.engine) as unit:
        person = staff.get_staff(unit.db, viewer.staff_id)
        failure_id = rates.begin_try(unit.db, rates.of_code(rt, person.id, where), now)
    with unit_of_work(rt.engine) as unit:
        person = staff.get_staff(unit.db, viewer.staff_id)
        if person.totp_since is not None or not _is_timely(unit, rt, person, code, now):
            return None
        sign_ins.forget_failure(unit.db, failure_id)
        person.totp_since = now
        codes = _new_codes(unit, person.id)
        staff.add_audit(unit.db, person.id, "second-factor-on", now, "staff", person.id, person.unit_id)
    return sign_in.renew(rt, viewer, second_factor_at=now), codes


def renew_codes(rt: Runtime, viewer: Viewer) -> list[str]:
    """Make new codes on paper; the old ones end."""
    with unit_of_work(rt.engine) as unit:
        staff.add_audit(
            unit.db,
            viewer.staff_id,
            "recovery-codes-renewed",
            rt.clock(),
            "staff",
            viewer.staff_id,
            viewer.unit_id,
        )
        return _new_codes(unit, viewer.staff_id)


def turn_off(unit: UnitOfWork, person: Staff) -> None:
    """Forget the second factor and its codes: the person's own wish, or an administrator's help."""
    person.sealed_totp = person.totp_since = person.totp_step = None
    second_factors.replace_codes(unit.db, person.id, [])


def enter_code(
    rt: Runtime, token: str, code: str, address: str, known: Sequence[str] = (), browser: str = ""
) -> Entered | None:
    """Finish a sign-in that waits for its code; returns a new sign-in in place of the half one, or None.

    Raises WaitFirst, and NotFound where no sign-in waits any more.
    """
    now, half_hash = rt.clock(), tokens.hash_of(token)
    with unit_of_work(rt.engine) as unit:
        person = _waiting(unit, half_hash, now)
        known_hash = sign_in.find_known(unit, person, known)
        where = sign_in.bucket_of(rt, known_hash, person.email, address)
        failure_id = rates.begin_try(unit.db, rates.of_code(rt, person.id, where), now)
    with unit_of_work(rt.engine) as unit:
        person = _waiting(unit, half_hash, now)
        how = "code" if _is_timely(unit, rt, person, code, now) else "paper"
        if how == "paper" and not second_factors.use_code(unit.db, person.id, _hash(code), now):
            staff.add_audit(unit.db, None, "code-failed", now, "staff", person.id, person.unit_id)
            return None
        sign_ins.forget_failure(unit.db, failure_id)
        second_factors.end_half(unit.db, half_hash, now)
        if how == "paper":
            staff.add_audit(unit.db, person.id, "recovery-code-used", now, "staff", person.id, person.unit_id)
        return sign_in.enter(unit, person, now, browser, known_hash is not None, second_factor_at=now)


def is_waiting(rt: Runtime, token: str) -> bool:
    """Whether this token's sign-in lacks nothing but its code."""
    with unit_of_work(rt.engine) as unit:
        return sign_ins.find_half(unit.db, tokens.hash_of(token), rt.clock() - HALF) is not None


def _waiting(unit: UnitOfWork, half_hash: bytes, now: datetime) -> Staff:
    found = sign_ins.find_half(unit.db, half_hash, now - HALF)
    if found is None:
        raise NotFound("this sign-in waits no longer", code="half-over")
    return found[1]


def _is_timely(unit: UnitOfWork, rt: Runtime, person: Staff, code: str, now: datetime) -> bool:
    """Whether it is the code of now, of the 30 seconds before or after, and was not used yet."""
    import pyotp  # start-up cost

    secret, typed = secret_of(rt, person), "".join(filter(str.isdecimal, code))
    if secret is None or len(typed) != 6:
        return False
    here = int(now.timestamp()) // STEP_SECONDS
    made = {step: pyotp.TOTP(secret).generate_otp(step) for step in (here - 1, here, here + 1)}
    plain = "".join(str(int(figure)) for figure in typed)  # figures of any script
    found = [step for step, right in made.items() if hmac.compare_digest(right, plain)]
    return bool(found) and second_factors.use_step(unit.db, person.id, max(found))


def _new_codes(unit: UnitOfWork, staff_id: int) -> list[str]:
    made = [
        _readable(base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode().lower()) for _ in range(CODES)
    ]
    second_factors.replace_codes(unit.db, staff_id, [_hash(each) for each in made])
    return made


def _readable(code: str) -> str:
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def _hash(code: str) -> bytes:
    """80 random bits need no slow hash."""
    return hashlib.sha256("".join(filter(str.isalnum, code.casefold())).encode()).digest()
