"""Written conversations: golden ones as they are shown, and whatever anybody types on whatever screen."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from flows.catalog import FLOWS
from flows.catalog.renderings import BY_SCREEN, BY_TEXT, SMS, USSD
from flows.check_written import problems_of_writing
from flows.engine import start
from flows.messages import MOST_PARTS, message
from flows.model import Record
from flows.play_written import player
from flows.screens import MOST_PAGES, ROOM, heard_in, laid_out, plain, screens_of
from flows.sms_text import BASIC, is_gsm, segments
from flows.steps import Digits, Nothing, Speak, Text, WaitDigits, WaitVoiceNote
from flows.texts import OWN, PLAIN, letters, texts_of
from gateway.names_scripts import read_as_typed
from tests.flows.golden import CAST
from tests.flows.written_golden import WORDS, conversations

ALL = conversations()
CHANGE = {"number_change": {"id": 4, "name": "मालती"}, "is_outbound": False, "is_written": True}
WHOLE_CAST = {who: {**CAST["rung"], **CAST["asked"], **facts, **CHANGE} for who, facts in CAST.items()}
TYPED = some.one_of(
    some.sampled_from([*"0123456789*#", "98", "", " ", "1*2", "हाँ", "😀", "چاپاکل", "१", "9" * 500]),
    some.text(max_size=40),
)


@pytest.fixture(scope="module")
def screens(words):
    return screens_of(words, WORDS / "screens", read_as_typed)


@pytest.mark.parametrize("conversation", ALL, ids=lambda one: one.file.stem)
def test_written_conversation_goes_as_kept(conversation):
    assert conversation.play(conversation.player) == conversation.turns


def test_everything_that_is_written_can_be_and_the_rest_says_why(words, screens):
    own = texts_of(screens, WORDS / "texts").own
    assert problems_of_writing(FLOWS, words, screens, own) == []


def test_menu_by_sms_that_lacks_words_in_its_own_letters_is_noticed(words, screens):
    own = texts_of(screens, WORDS / "texts").own
    del own.texts["hi"]["news.none"]
    own.texts["bn"]["main_menu.news"] = "খবর"
    found = problems_of_writing(FLOWS, words, screens, own)
    assert "news.none: news.none has no words in hi for menus by SMS" in found
    assert "main_menu.menu: main_menu.news does not name its key 2 for sms in bn" in found


@pytest.mark.parametrize("language", ["hi", "bn", "ur"])
def test_menu_in_own_letters_takes_one_more_sms_than_in_latin_ones_at_most(screens, language):
    texts = texts_of(screens, WORDS / "texts")
    says = [Speak(f"main_menu.{name}", language) for name in ("problem", "news", "asked", "my_reports")]
    plain_one, own_one = (message(texts.writer(is_own), says, between="\n") for is_own in (False, True))
    assert is_gsm(plain_one)
    assert not is_gsm(own_one)
    assert segments(own_one) <= segments(plain_one) + 1


@pytest.mark.parametrize(
    ("text", "found"), [("मेनू", OWN), ("menu", PLAIN), ("১", ""), ("1 مینو", OWN), ("😀", "")]
)
def test_letters_are_told_by_the_first_one(text, found):
    assert letters(text) == found


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    some.sampled_from(sorted(BY_SCREEN)),
    some.sampled_from(sorted(WHOLE_CAST)),
    some.sampled_from(["hi", "bn", "en", "ur"]),
    some.lists(TYPED, max_size=20),
)
def test_whatever_is_typed_every_screen_can_be_shown(words, screens, name, who, language, typed):
    facts = {
        **WHOLE_CAST[who],
        "language": screens.language(language),
        "languages": list(screens.words.languages),
    }
    for each in player(USSD, name, FLOWS, words, screens).play(name, typed, facts):
        assert each.shows and len(each.shows) <= MOST_PAGES
        assert all(page and len(page) <= ROOM and set(page) <= BASIC for page in each.shows)
        assert not any("{" in page for page in each.shows)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    some.sampled_from(sorted(BY_TEXT)), some.sampled_from(sorted(WHOLE_CAST)), some.lists(TYPED, max_size=12)
)
def test_whatever_is_texted_back_every_sms_has_words_and_few_parts(words, screens, name, who, typed):
    for each in player(SMS, name, FLOWS, words, screens).play(name, typed, WHOLE_CAST[who]):
        assert segments(each.shows[0]) <= MOST_PARTS
        assert each.shows[0].strip() or each.is_over


@given(some.lists(some.text(alphabet="abc 1\n", min_size=1, max_size=400), min_size=1, max_size=30))
def test_pages_hold_their_screen_and_lose_no_word_up_to_the_last_one_there_may_be(said):
    lines = [" ".join(line.split()) or "x" for line in said]
    found = laid_out(lines, "98 More")
    assert all(page and len(page) <= ROOM for page in found)
    assert all(page.endswith("\n98 More") for page in found[:-1])
    if len(found) < MOST_PAGES:
        whole = "".join(page.removesuffix("\n98 More") for page in found)
        assert whole.replace(" ", "").replace("\n", "") == "".join(lines).replace(" ", "")


def test_question_stays_on_one_screen_with_its_choices():
    choices = ["How urgent?", "1 Can wait", "2 Soon", "3 Danger now"]
    found = laid_out(["word " * 50, *choices], "98 More")
    assert found[-1].endswith("\n".join(choices))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("कल दस बजे।", "kal das baje."),
        ("রামপুর", "ramapur"),
        ("É ç “x” – 5 €", 'É c "x" - 5 EUR'),
        ("{a}[b]|c", "(a)(b)/c"),
        ("😀 १२", "12"),
    ],
)
def test_what_a_screen_cannot_show_is_written_in_letters_that_it_can(text, shown):
    assert plain(text, read_as_typed) == shown


@pytest.mark.parametrize(
    ("typed", "wait", "heard"),
    [
        ("1", WaitDigits(), Digits("1")),
        ("१", WaitDigits(), Digits("1")),
        ("*", WaitVoiceNote(), Digits("*")),
        ("1", WaitVoiceNote(), Digits("1")),
        ("4726", WaitVoiceNote(), Text("4726")),
        ("  ", WaitDigits(), Nothing()),
        ("haan", WaitDigits(), Text("haan")),
    ],
)
def test_what_is_typed_is_keys_or_words_as_asked(typed, wait, heard):
    assert heard_in(typed, wait) == heard


def test_flow_that_only_records_is_said_to_lack_a_written_form(words, screens):
    node = FLOWS["problem"].nodes["record"]
    assert isinstance(node, Record)
    deaf = replace(
        FLOWS["problem"], nodes={**FLOWS["problem"].nodes, "record": replace(node, text_slot=None)}
    )
    found = problems_of_writing({**FLOWS, "problem": deaf}, words, screens)
    assert "problem.record: has no written form for ussd: its note cannot be words" in found


def test_language_without_short_words_is_shown_in_english(screens):
    assert screens.language("kn") == "en"
    assert screens.text(Speak("main_menu.problem", "kn")) == "1 Tell a problem"
    assert screens.text(Speak("main_menu.problem", "ur")) == "1 Dikkat bataiye"


def test_joining_by_screen_asks_for_no_practice_and_takes_written_name_and_place(words, screens):
    turn = start(FLOWS["joining"], {**WHOLE_CAST["sita"], "member": None, "language": "en"}, FLOWS)
    assert "joining.practice" not in [getattr(step, "prompt", "") for step in turn.steps]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("पहली बात: बिजली नहीं आई", "pahli baat: bijli nahin aai"),
        ("आपका नाम बताइए", "aapka naam bataiye"),
        ("आशा, आगरा", "asha, agra"),
        ("রামপুর", "ramapur"),
    ],
)
def test_hindi_is_shown_as_people_type_it(text, shown):
    assert read_as_typed(text) == shown


def test_urdu_that_people_wrote_is_not_left_out():
    assert plain("چاپاکل", read_as_typed)
