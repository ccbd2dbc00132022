"""Words: complete in three languages, cut into pieces that can be recorded, written for SMS, falling back in order."""

import pytest

from flows.errors import FlowError
from flows.steps import Speak, Tell
from flows.words import NOTICES, Piece, Words, load
from flows.words.check import problems_of_words, seconds
from flows.words.store import is_spoken

CONSTANTS = {"organisation": "जन साथी", "emergency_number": "112"}


def texts_of(pieces: tuple[Piece, ...]) -> list[str]:
    return [piece.text for piece in pieces]


def test_reference_is_spoken_digit_by_digit(words: Words):
    pieces = words.speech(Speak("problem.reference", "hi", {"reference": "4726"}))
    assert texts_of(pieces)[1:5] == ["चार", "सात", "दो", "छह"]
    assert [piece.recorded_as for piece in pieces][:3] == ["problem.reference.1", "digit.4", "digit.7"]
    assert pieces[-1].recorded_as == "problem.reference.2"
    assert pieces[4].pause_ms == pieces[-1].pause_ms == 600


def test_long_reference_has_a_breath_after_three_digits(words: Words):
    pauses = [
        piece.pause_ms for piece in words.speech(Speak("my_reports.state", "hi", {"reference": "123456"}))
    ]
    assert pauses == [60, 250, 250, 600, 250, 250, 600]


def test_reference_in_another_script_is_spoken_too(words: Words):
    assert texts_of(words.speech(Speak("my_reports.state", "bn", {"reference": "৪২"})))[1:] == ["চার", "দুই"]


def test_name_is_personal_and_the_rest_is_not(words: Words):
    name, rest = words.speech(Speak("member.pick", "hi", {"name": "सीता", "key": "2"}))
    assert (name.text, name.is_personal, name.recorded_as) == ("सीता", True, None)
    assert (rest.text, rest.is_personal, rest.recorded_as) == ("के लिए दो दबाइए।", False, "member.pick.key2")


def test_organisation_and_emergency_number_are_inside_their_sentence(words: Words):
    (danger,) = words.speech(Speak("problem.danger", "hi", {"emergency_number": "112"}))
    assert "एक एक दो" in danger.text
    assert danger.recorded_as == "problem.danger"
    (greeting,) = words.speech(Speak("greeting.member", "bn", {"organisation": "জন সাথী"}))
    assert "জন সাথী" in greeting.text and not greeting.is_personal


def test_place_and_value_sentences_are_pieces(words: Words):
    duty = words.speech(Speak("duty.hello", "en", {"organisation": "Jan Sathi", "unit": "Rampur"}))
    assert [(piece.text, piece.is_personal) for piece in duty][1] == ("Rampur", False)
    about = words.speech(Speak("answer.about", "hi", {"category": "21"}))
    assert [piece.recorded_as for piece in about] == ["answer.about.1", "category.21", "answer.about.2"]


@pytest.mark.parametrize("prompt", ["answer.about", "member.pick", "my_reports.state"])
def test_missing_value_is_left_out(words: Words, prompt):
    pieces = words.speech(Speak(prompt, "hi", {"category": "", "name": "", "state": ""}))
    assert all(piece.text for piece in pieces)


def test_what_people_said_keeps_its_sound_and_its_privacy(words: Words):
    (piece,) = words.speech(Tell("ठीक है", "hi", "clip-1", True))
    assert (piece.sound, piece.is_personal, piece.recorded_as) == ("clip-1", True, None)
    assert words.text(Tell("ठीक है", "hi")) == "ठीक है"


def test_written_form_beats_the_spoken_one(words: Words):
    assert words.text(Speak("again.wrong_key", "en")) == "We did not understand."
    assert words.text(Speak("sms.status", "en", {"reference": "१८५७", "state": "heard"})) == (
        "Number 1857: It has been heard."
    )
    assert words.text(Speak("sms.status", "hi", {"reference": "1857", "state": ""})) == "नंबर 1857:"
    assert words.text(Speak("language.offer", "en", {"key": "3"})) == "For English, press 3."


def test_language_falls_back_in_order(words: Words):
    assert words.find("goodbye.member", "bn")[0] == "bn"
    assert words.find("goodbye.member", "sat", ("bn", "en"))[0] == "bn"
    assert words.find("goodbye.member", "sat")[0] == "hi"


@pytest.mark.parametrize("notice", sorted(NOTICES))
def test_notice_never_falls_back(words: Words, notice):
    with pytest.raises(FlowError):
        words.find(notice, "sat", ("bn",))


def test_unknown_prompt_is_an_error(words: Words):
    with pytest.raises(FlowError, match="no words"):
        words.speech(Speak("nobody.knows", "hi"))


def test_joining_needs_the_notice(words: Words):
    assert words.can_join("hi") and words.can_join("bn") and words.can_join("en")
    assert not words.can_join("sat")


@pytest.mark.parametrize("language", ["en", "hi", "bn"])
def test_everything_that_can_be_recorded_is_listed(words: Words, language):
    pieces = list(words.pieces(language, CONSTANTS))
    recorded = [piece.recorded_as for piece in pieces]
    assert len(set(recorded)) == len(recorded)
    assert {f"digit.{digit}" for digit in range(10)} <= set(recorded)
    assert {"language.offer.key1", "category.44", "state.blank", "answer.about.2", "join.notice"} <= set(
        recorded
    )
    assert not any(name.startswith(("sms", "ussd", "number")) for name in recorded if name)
    assert not any("{" in piece.text or piece.is_personal for piece in pieces)


def test_listed_pieces_are_those_that_are_spoken(words: Words):
    listed = {(piece.recorded_as, piece.text) for piece in words.pieces("hi", CONSTANTS)}
    spoken = words.speech(Speak("greeting.call_back", "hi", CONSTANTS))
    spoken += words.speech(Speak("member.pick", "hi", {"name": "सीता", "key": "3"}))
    spoken += words.speech(Speak("problem.danger", "hi", CONSTANTS))
    assert {(piece.recorded_as, piece.text) for piece in spoken if piece.recorded_as} <= listed


@pytest.mark.parametrize("language", ["en", "hi", "bn"])
def test_numbers_are_all_different(words: Words, language):
    numbers = [words.number(language, number) for number in range(100)]
    assert len({*numbers, "सौ"}) == 101


def test_numbers_that_libraries_get_wrong_are_right(words: Words):
    assert words.number("hi", 44) == "चौवालीस"
    assert words.number("bn", 44) == "চুয়াল্লিশ"
    assert words.number("hi", 27) == "सत्ताईस"
    assert words.number("en", 44) == "forty-four"


def test_reading_voice_gets_what_is_heard(words: Words):
    assert words.spoken(Speak("again.wrong_key", "en")) == "Never mind, please listen again."
    assert words.spoken(Speak("my_reports.state", "en", {"reference": "47"})) == "Number four seven."


def test_sentence_that_ends_with_a_value_ends_with_a_breath(words: Words):
    step = Speak("problem.told_any", "en", {"when": "today"})
    assert words.spoken(step).startswith("You told us a problem today. To add to it")
    assert [piece.pause_ms for piece in words.speech(step)][1] >= 400


@pytest.mark.parametrize("language", ["en", "hi", "bn"])
def test_trained_member_reaches_the_beep_in_time(words: Words, language):
    path = ["greeting.call_back", "main_menu.problem", "problem.code", "problem.beep_shortly"]
    assert sum(seconds(words.texts[language][prompt]) for prompt in path) + 3 < 20


@pytest.mark.parametrize("language", ["en", "hi", "bn"])
def test_known_member_reaches_the_beep_in_time(words: Words, language):
    path = ["greeting.member", "main_menu.problem", "main_menu.news", "main_menu.my_reports", "problem.beep"]
    assert sum(seconds(words.texts[language][prompt]) for prompt in path) < 20


def test_words_that_cannot_be_read_are_named(tmp_path):
    (tmp_path / "xx.toml").write_text("[broken", encoding="utf-8")
    with pytest.raises(FlowError, match=r"xx\.toml"):
        load(tmp_path)


def test_bad_words_are_noticed(words: Words):
    texts = {language: dict(found) for language, found in words.texts.items()}
    del texts["bn"]["digit.7"], texts["en"]["goodbye.member"]
    texts["hi"] |= {"solved.yes": "कृपया रुकिए।", "solved.no": "{name}", "news.new": " ", "number.5": "चार"}
    texts["en"] |= {"news.old": "word " * 21, "news.none": "One two. " * 30}
    found = "\n".join(problems_of_words(Words(texts, about=words.about)))
    for sign in (
        "digit.7 has no words in bn",
        "goodbye.member has no words in en",
        "कृपया",
        "news.new in hi: empty",
    ):
        assert sign in found
    for sign in (
        "solved.no has other placeholders",
        "two numbers",
        "a sentence takes longer",
        "longer than 20 s",
    ):
        assert sign in found


def test_bare_numbers_and_written_forms_are_not_spoken():
    assert [is_spoken(name) for name in ("number.4", "sms.help", "again.wrong_key.sms", "solved.ask")] == [
        *(False, False, False, True)
    ]
