"""What members mean by an SMS: a table. STOP and its kin act only as the whole message."""

import pytest

from flows.catalog.sms_words import (
    Choice,
    Free,
    Help,
    Invite,
    Join,
    News,
    Report,
    Start,
    Status,
    Stop,
    YesNo,
    in_english,
    understand,
)
from flows.words import Words

ROWS = [
    ("STOP", Stop()),
    ("  stop. ", Stop()),
    ("Stop!!", Stop()),
    ("BAND", Stop()),
    ("band karo", Stop()),
    ("बंद", Stop()),
    ("बन्द।", Stop()),
    ("বন্ধ", Stop()),
    ("BONDHO", Stop()),
    ("Acha", Stop()),
    ("SIMAMA", Stop()),
    ("बंद\u200d", Stop()),
    ("Stop campaign", Stop("campaign")),
    ("PRACHAR BAND", Stop("campaign")),
    ("प्रचार बंद।", Stop("campaign")),
    ("প্রচার বন্ধ", Stop("campaign")),
    ("acha kampeni", Stop("campaign")),
    ("प्रचार बंद नहीं हुआ", Free("प्रचार बंद नहीं हुआ")),
    ("बिजली बंद है", Free("बिजली बंद है")),
    ("BAND pada hai handpump", Free("BAND pada hai handpump")),
    ("handpump BAND", Free("handpump BAND")),
    ("STOP the thekedar", Free("STOP the thekedar")),
    ("কল বন্ধ হয়ে আছে", Free("কল বন্ধ হয়ে আছে")),
    ("join", Join()),
    ("JUDNA", Join()),
    ("जुड़ना", Join()),
    ("जु\u095cना", Join()),
    ("যোগ দিন", Join()),
    ("JOIN 48210", Join("48210")),
    ("judna ४८२१०", Join("48210")),
    ("যোগ ৪৮২১০", Join("48210")),
    ("JOIN us tomorrow", Free("JOIN us tomorrow")),
    ("INVITE", Invite()),
    ("मेरा कोड", Invite()),
    ("আমার কোড", Invite()),
    ("START", Start()),
    ("चालू", Start()),
    ("শুরু", Start()),
    ("help", Help()),
    ("MADAD", Help()),
    ("मदद", Help()),
    ("সাহায্য?", Help()),
    ("NEWS", News()),
    ("khabar", News()),
    ("ख़बर", News()),
    ("খবর", News()),
    ("REPORT handpump kharab hai", Report("handpump kharab hai")),
    ("report:handpump kharab", Report("handpump kharab")),
    ("Report\nनल खराब है\nदो दिन से", Report("नल खराब है\nदो दिन से")),
    ("SAMASYA pani nahi", Report("pani nahi")),
    ("समस्या पानी नहीं", Report("पानी नहीं")),
    ("সমস্যা জল নেই", Report("জল নেই")),
    ("report", Report("")),
    ("STATUS 1857", Status("1857")),
    ("haal १८५७", Status("1857")),
    ("हाल 18 57", Status("1857")),
    ("অবস্থা ১৮৫৭", Status("1857")),
    ("status", Status("")),
    ("status 1111", Status("1111")),
    ("1857", Status("1857")),
    ("haal bahut kharab hai", Free("haal bahut kharab hai")),
    ("1", Choice(1)),
    ("२", Choice(2)),
    ("৩.", Choice(3)),
    ("12345", Free("12345")),
    ("YES", YesNo(True)),
    ("haan", YesNo(True)),
    ("हाँ", YesNo(True)),
    ("হ্যাঁ", YesNo(True)),
    ("no", YesNo(False)),
    ("नहीं", YesNo(False)),
    ("না", YesNo(False)),
    ("", Free("")),
    (" ... ", Free("...")),
    ("1857²", Free("1857²")),
]


@pytest.mark.parametrize(("text", "intent"), ROWS)
def test_message_is_understood(text, intent):
    assert understand(text) == intent


OF_A_FILE = [
    ("بند", Stop()),
    (" بند کرو۔", Stop()),
    ("پرچار بند", Stop("campaign")),
    ("جڑنا 48210", Join("48210")),
    ("دقت پانی نہیں آتا", Report("پانی نہیں آتا")),
    ("حال ۱۸۵۷", Status("1857")),
    ("ہاں", YesNo(True)),
    ("نہیں", YesNo(False)),
    ("بجلی بند ہے", Free("بجلی بند ہے")),
    ("STOP", Stop()),
    ("", Free("")),
]


@pytest.mark.parametrize(("text", "intent"), OF_A_FILE)
def test_words_of_a_languages_own_file_are_understood(words: Words, text, intent):
    assert understand(in_english(text, words.keywords)) == intent
