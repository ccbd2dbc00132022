"""A language is one file: whoever adds one writes that, and callers are offered it."""

import shutil
from pathlib import Path

import pytest

import flows
from flows.catalog import FLOWS
from flows.check import problems
from flows.words import load
from gateway.console.locale import SPOKEN as NAMES
from gateway.content import LANGUAGES, SPOKEN, in_language, offered_in

WORDS = Path(flows.__file__).parent / "words"


@pytest.mark.parametrize(
    ("country", "languages"),
    [("in", ("hi", "bn", "en", "ur")), ("ke", ("sw", "en")), ("ug", ("en",)), ("ng", ("en",))],
)
def test_country_offers_its_languages_the_regions_first(country: str, languages: tuple[str, ...]) -> None:
    assert SPOKEN[country] == offered_in(country) == languages


def test_every_language_has_its_own_name() -> None:
    assert {code: LANGUAGES[code].name for code in NAMES} == NAMES
    assert set(NAMES) == set(LANGUAGES) and list(NAMES)[:3] == ["hi", "bn", "en"]


def test_a_further_language_is_one_file(tmp_path: Path) -> None:
    for file in WORDS.glob("*.toml"):
        shutil.copy(file, tmp_path)
    hindi = (WORDS / "hi.toml").read_text(encoding="utf-8")
    own = hindi.replace("offered = { in = 1 }", "offered = { in = 9 }").replace("सुनीता", "रुकमणी")
    (tmp_path / "mai.toml").write_text(own.replace('name = "हिन्दी"', 'name = "मैथिली"'), encoding="utf-8")
    words = load(tmp_path)
    assert problems(FLOWS, words) == []
    assert offered_in("in", words.about)[-1] == "mai" and words.can_join("mai")


def test_what_people_wrote_falls_back_in_the_same_order() -> None:
    texts = {"bn": "b", "en": "e", "hi": "h"}
    assert [in_language(texts, {}, each) for each in ("bn", "ur", "sat")] == ["bn", "hi", "hi"]
    assert in_language({"bn": "b", "en": "e"}, {}, "ur") == "en"
    assert in_language({"bn": "b"}, {}, "ur") == "bn"
    assert in_language({}, {}, "ur") == "ur"
