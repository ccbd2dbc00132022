"""Members who ring: one with a phone of her own, two who share one."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from gateway.db import unit_of_work
from gateway.models import Member
from gateway.phones import Number
from gateway.runtime import Runtime
from tests.builders import a_member, a_number
from tests.lines import Caller


@pytest.fixture
def number() -> Number:
    return a_number()


@pytest.fixture
def sita(rt: Runtime, client: FlaskClient, number: Number) -> Caller:
    a_member(rt, "Sita", number=number, under="BLOCK-1")
    return Caller(client, number)


@pytest.fixture
def trainer(rt: Runtime, client: FlaskClient, number: Number) -> Caller:
    """The phone of a trained member."""
    member_id = a_member(rt, "Meena", number=number, under="BLOCK-1")
    with unit_of_work(rt.engine) as unit:
        unit.db.get_one(Member, member_id).is_trained = True
    return Caller(client, number)


@pytest.fixture
def shared(rt: Runtime, client: FlaskClient, number: Number) -> Caller:
    """A phone on which Sita (1) and Ramesh (2) are known."""
    for name in ("Sita", "Ramesh"):
        a_member(rt, name, number=number, under="BLOCK-1")
    return Caller(client, number)
