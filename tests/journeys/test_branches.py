"""Every failure branch of the journeys has a conversation or a test that shows it (journeys.md M1 to M6 and 5.1)."""

import tomllib
from collections import Counter
from pathlib import Path

import pytest

TREE = Path(__file__).parents[2]
BRANCHES = tomllib.loads((Path(__file__).parent / "branches.toml").read_text(encoding="utf-8"))["branch"]
PROOFS = [(f"{each['journey']} {each['failure']}", proof) for each in BRANCHES for proof in each["shown_by"]]


def test_no_branch_is_forgotten():
    counted = Counter(each["journey"] for each in BRANCHES)
    assert counted == {"M1": 11, "M2": 9, "M3": 5, "M4": 11, "M6": 6, "5.1": 13}
    assert len({(each["journey"], each["failure"]) for each in BRANCHES}) == len(BRANCHES)
    assert all(each["shown_by"] for each in BRANCHES)


@pytest.mark.parametrize(("branch", "proof"), PROOFS)
def test_what_shows_a_branch_is_there(branch: str, proof: str):
    file, _, test = proof.partition("::")
    assert (TREE / file).is_file()
    assert not test or f"def {test}(" in (TREE / file).read_text(encoding="utf-8")
