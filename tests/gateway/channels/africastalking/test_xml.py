"""What a phone is told to do: documents in full, only documented names, and no text that becomes an element."""

import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.steps import WaitDigits, WaitVoiceNote
from gateway.channels.africastalking.xml import NO_CHARACTER, decline, render
from gateway.channels.base import Speech
from tests.gateway.channels.africastalking.payloads import CASES

# africastalking.md A5; names are case-sensitive and a wrong one is ignored silently.
DOCUMENTED = {
    "Response": set(),
    "Say": {"voice", "playBeep"},
    "Play": {"url"},
    "GetDigits": {"numDigits", "timeout", "finishOnKey", "callbackUrl"},
    "Record": {"finishOnKey", "maxLength", "timeout", "trimSilence", "playBeep", "callbackUrl"},
    "Dial": {"phoneNumbers", "record", "sequential", "callerId", "ringBackTone", "maxDuration"},
    "Redirect": set(),
    "Reject": set(),
}
URL = "https://line.example.org/cb/SECRET/voice?turn=3&x=1"
SAFE = "https://line.example.org/cb/SECRET/voice?turn=3&amp;x=1"
CLIP = Speech("नमस्ते", "hi", "https://line.example.org/clips/3fa9c1.mp3")
WORDS = Speech('2 < 3 & "sure"', "en")
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
PLAY = '<Play url="https://line.example.org/clips/3fa9c1.mp3"/>'
BACK = f"<Redirect>{SAFE}</Redirect>"

DOCUMENTS = {
    "speech ends the call": (CLIP, None, PLAY),
    "words where no clip exists": (WORDS, None, "<Say>2 &lt; 3 &amp; &quot;sure&quot;</Say>"),
    "one key": (
        CLIP,
        WaitDigits(1, 5),
        f'<GetDigits numDigits="1" timeout="5" callbackUrl="{SAFE}">{PLAY}</GetDigits>{BACK}',
    ),
    "several keys": (
        CLIP,
        WaitDigits(6, 15),
        f'<GetDigits numDigits="6" timeout="15" finishOnKey="#" callbackUrl="{SAFE}">{PLAY}</GetDigits>{BACK}',
    ),
    "keys without a word": (
        None,
        WaitDigits(1, 7),
        f'<GetDigits numDigits="1" timeout="7" callbackUrl="{SAFE}"/>{BACK}',
    ),
    "voice note": (
        CLIP,
        WaitVoiceNote(120, 4),
        '<Record finishOnKey="#" maxLength="120" timeout="4" trimSilence="false" playBeep="true"'
        f' callbackUrl="{SAFE}">{PLAY}</Record>{BACK}',
    ),
    "nothing left": (None, None, ""),
}
ALIKE = {
    "reply_menu_with_silence_fallback": render(CLIP, WaitDigits(1, 8), URL),
    "reply_pin_entry": render(CLIP, WaitDigits(6, 15), URL),
    "reply_play_and_end": render(CLIP, None, URL),
    "reply_say_and_end": render(WORDS, None, URL),
    "reply_partial_record": render(CLIP, WaitVoiceNote(60, 5), URL),
    "reply_reject": decline(),
}
NEVER_WRITTEN = {"reply_terminal_record": [], "reply_dial": []}
WRONG = {
    "reply_bad_attribute_case": ["GetDigits callBackUrl"],
    "reply_hangup_unsupported": ["Hangup"],
}


def undocumented(document):
    found = []
    for element in ElementTree.fromstring(document.encode()).iter():
        if element.tag not in DOCUMENTED:
            found.append(element.tag)
        else:
            found += [
                f"{element.tag} {name}" for name in sorted(set(element.attrib) - DOCUMENTED[element.tag])
            ]
    return found


def verbs(document):
    return [element.tag for element in ElementTree.fromstring(document.encode()).iter()]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_document_is_exact_when_rendered(name):
    speech, wait, body = DOCUMENTS[name]
    assert render(speech, wait, URL).body == f"{HEAD}<Response>{body}</Response>"


def test_document_is_one_reject_when_declined():
    assert decline().body == f"{HEAD}<Response><Reject/></Response>"


@pytest.mark.parametrize("name", ALIKE)
def test_document_is_built_like_the_providers_own(name):
    theirs = verbs(CASES[name]["body"])
    ours = verbs(ALIKE[name].body)
    # Our recordings have a way back, too, which the sample lacks.
    assert ours == theirs + (["Redirect"] if "Record" in theirs else [])
    assert ALIKE[name].content_type == CASES[name]["content_type"]


@pytest.mark.parametrize("name", ALIKE)
def test_names_are_documented_when_we_write_them(name):
    assert undocumented(ALIKE[name].body) == []


@pytest.mark.parametrize(("name", "wrong"), [*WRONG.items(), *NEVER_WRITTEN.items()])
def test_wrong_names_are_found_when_somebody_else_wrote_them(name, wrong):
    assert undocumented(CASES[name]["body"]) == wrong


ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=())) | st.sampled_from(
    [
        "</Say><Hangup/>",
        "]]>",
        "<!--",
        "<?x?>",
        "&lt;",
        "&#0;",
        "\r\n\t",
        "\ufffe",
        "\ud800",
        "\x00",
        '"/><Reject/>',
    ]
)


@given(ANY_TEXT)
def test_words_stay_words_when_said(text):
    root = ElementTree.fromstring(render(Speech(text, "en"), WaitDigits(), URL).body.encode())
    assert [each.tag for each in root.iter()] == ["Response", "GetDigits", "Say", "Redirect"]
    assert (root.findtext("GetDigits/Say") or "") == NO_CHARACTER.sub("", text)


@given(ANY_TEXT, ANY_TEXT)
def test_addresses_stay_addresses_when_they_are_hostile(clip, callback):
    speech = Speech("", "en", "x" + clip)
    root = ElementTree.fromstring(render(speech, WaitVoiceNote(), callback).body.encode())
    assert [each.tag for each in root.iter()] == ["Response", "Record", "Play", "Redirect"]
    assert root.find("Record/Play").get("url") == "x" + NO_CHARACTER.sub("", clip)
    assert root.find("Record").get("callbackUrl") == (root.findtext("Redirect") or "")
