"""What a member means by an SMS: the words of the contract in English, Hindi, Bengali, romanised and Kiswahili.

Pure. STOP and its kin act only as the whole message: `बिजली बंद है` is a report. Whatever is not understood is
`Free`, and the inbox keeps it; nothing is dropped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flows.references import is_reference
from flows.typed import NO, YES, ascii_digits, plain


@dataclass(frozen=True)
class Join:
    """Wants to join; `code` in ASCII digits where one was written with it."""

    code: str = ""


@dataclass(frozen=True)
class Stop:
    """Wants nothing more from us, or no more of one purpose: all or campaign."""

    purpose: str = "all"


@dataclass(frozen=True)
class Start:
    """Wants to hear from us again."""


@dataclass(frozen=True)
class Invite:
    """Wants the code for bringing a friend."""


@dataclass(frozen=True)
class MyData:
    """Asks what we keep about them; `text` says what is wrong with it, where that was written."""

    text: str = ""


@dataclass(frozen=True)
class Forget:
    """Wants to be forgotten."""


@dataclass(frozen=True)
class Help:
    """Asks what this is."""


@dataclass(frozen=True)
class Menu:
    """Wants the main menu, to choose from by number."""


@dataclass(frozen=True)
class News:
    """Asks for the latest."""


@dataclass(frozen=True)
class Report:
    """Tells a problem; `text` is empty where only the word was sent."""

    text: str


@dataclass(frozen=True)
class Status:
    """Asks how a report stands; `reference` in ASCII digits, unchecked, empty where none was sent."""

    reference: str


@dataclass(frozen=True)
class YesNo:
    """Answers an open question."""

    is_yes: bool


@dataclass(frozen=True)
class Choice:
    """Answers an open question by its number."""

    number: int


@dataclass(frozen=True)
class Tongue:
    """Wants to be written and spoken to in this language from now on."""

    language: str


@dataclass(frozen=True)
class Free:
    """Anything else, as written."""

    text: str


Intent = (
    Join
    | Stop
    | Start
    | Invite
    | MyData
    | Forget
    | Help
    | Menu
    | News
    | Report
    | Status
    | YesNo
    | Choice
    | Tongue
    | Free
)


def _words(*phrases: str) -> frozenset[str]:
    return frozenset(plain(phrase) for phrase in phrases)


JOIN = _words(
    *(
        "join",
        "join us",
        "judna",
        "jurna",
        "judo",
        "judna hai",
        "jodo",
        "jorte",
        "jurte chai",
        "jog",
        "jog din",
    ),
    *("जुड़ना", "जुड़ो", "जुड़ें", "जुड़ना है", "जोड़ो", "जॉइन", "যোগ", "যোগ দিন", "জুড়তে চাই", "জুড়ুন", "জয়েন"),
    *("jiunge", "jiunga"),
)
WHOLE: Mapping[Intent, frozenset[str]] = {
    Stop(): _words(
        *("stop", "stop all", "stopall", "unsubscribe", "quit", "stop calls", "no calls"),
        *("band", "bandh", "band karo", "band karein", "band kijiye", "band kar do", "roko"),
        *("बंद", "बन्द", "बंद करो", "बंद करें", "बंद कीजिए", "बंद कर दो", "रोको", "स्टॉप"),
        *("bondho", "bandho", "bondho koro", "bondho korun", "বন্ধ", "বন্ধ করো", "বন্ধ করুন", "স্টপ"),
        *("acha", "simama", "sitisha"),
    ),
    Join(): JOIN,
    Stop("campaign"): _words(
        *("stop campaign", "stop election", "stop elections", "stop prachar", "no campaign"),
        *("prachar band", "band prachar", "prachar bandh", "prachar band karo", "chunav band"),
        *("प्रचार बंद", "प्रचार बन्द", "बंद प्रचार", "प्रचार बंद करो", "प्रचार बंद करें", "चुनाव बंद"),
        *("prochar bondho", "bondho prochar", "vote bondho", "প্রচার বন্ধ", "বন্ধ প্রচার", "প্রচার বন্ধ করুন"),
        *("acha kampeni", "simamisha kampeni", "sitisha kampeni"),
    ),
    Start(): _words("start", "unstop", "shuru", "chalu", "शुरू", "चालू", "শুরু", "চালু", "shuru koro", "anza"),
    Invite(): _words(
        *("invite", "my code", "bulao", "bulana", "mera code", "बुलाओ", "बुलाना", "मेरा कोड", "इन्वाइट"),
        *("dako", "amar code", "ডাকো", "আমার কোড", "আমন্ত্রণ", "alika"),
    ),
    Forget(): _words(
        *("forget", "forget me", "delete me", "erase me", "mitao", "mita do", "मिटाओ", "मिटा दो", "सब मिटाओ"),
        *("mucho", "muche dao", "মুছো", "মুছে দাও", "মুছে দিন", "nisahau", "futa"),
    ),
    Help(): _words(
        *("help", "info", "madad", "sahayata", "मदद", "सहायता", "हेल्प"),
        *("sahajjo", "shahajjo", "sahajya", "সাহায্য", "হেল্প", "msaada"),
    ),
    Menu(): _words("menu", "menyu", "main menu", "मेनू", "मेन्यू", "मेनु", "মেনু", "মেন্যু", "orodha", "مینو"),
    Tongue("en"): _words(
        "english", "angrezi", "angreji", "अंग्रेज़ी", "अंग्रेजी", "इंग्लिश", "ইংরেজি", "ইংলিশ", "kiingereza"
    ),
    Tongue("hi"): _words("hindi", "हिंदी", "हिन्दी", "হিন্দি", "kihindi"),
    Tongue("bn"): _words("bangla", "bengali", "bangali", "बांग्ला", "बंगाली", "বাংলা"),
    Tongue("ur"): _words("urdu", "उर्दू", "اردو", "উর্দু"),
    Tongue("sw"): _words("kiswahili", "swahili"),
    News(): _words("news", "khabar", "khobor", "khabor", "खबर", "ख़बर", "समाचार", "খবর", "habari"),
}
MY_DATA = _words(
    *("mydata", "my data", "meri jankari", "merijankari", "मेरी जानकारी", "मेरीजानकारी"),
    *("amar tothyo", "amartothyo", "আমার তথ্য", "taarifa zangu", "data yangu"),
)
REPORT = _words(
    *("report", "samasya", "samashya", "somosya", "shomossha", "dikkat"),
    *("समस्या", "दिक्कत", "रिपोर्ट", "সমস্যা", "রিপোর্ট", "ripoti", "tatizo"),
)
STATUS = _words("status", "haal", "hal", "sthiti", "हाल", "स्थिति", "স্ট্যাটাস", "অবস্থা", "obostha", "hali")

# The English word for each that a language's own file may name more words for (`[about.keywords]`).
ENGLISH = {
    "stop": "STOP",
    "stop_campaign": "STOP CAMPAIGN",
    "join": "JOIN",
    "start": "START",
    "invite": "INVITE",
    "forget": "FORGET",
    "help": "HELP",
    "news": "NEWS",
    "my_data": "MYDATA",
    "report": "REPORT",
    "status": "STATUS",
    "yes": "YES",
    "no": "NO",
}
WITH_MORE = ("join", "my_data", "report", "status")  # more may follow the word


def in_english(text: str, keywords: Mapping[str, str]) -> str:
    """Return a message whose word is one of a language's own with the English word instead; all else as it came."""
    kind = keywords.get(plain(text))
    if kind is not None:
        return ENGLISH[kind]
    first, rest = _first_word(text)
    kind = keywords.get(first)
    return f"{ENGLISH[kind]} {rest}" if kind in WITH_MORE and kind is not None else text


def understand(text: str) -> Intent:
    """Return what a message means."""
    phrase = plain(text)
    for intent, phrases in WHOLE.items():
        if phrase in phrases:
            return intent
    first, rest = _first_word(text)
    if phrase in MY_DATA or first in MY_DATA:
        return MyData("" if phrase in MY_DATA else rest)
    if first in REPORT:
        return Report(rest)
    code = _digits(plain(rest)) if first in JOIN else None
    if code:
        return Join(code)
    return _number(first, rest, phrase) or _yes_no(phrase) or Free(text.strip())


def _first_word(text: str) -> tuple[str, str]:
    parts = text.strip().split(maxsplit=1)
    word, _, glued = (parts[0] if parts else "").partition(":")
    return plain(word), " ".join([glued, *parts[1:]]).strip()


def _number(first: str, rest: str, phrase: str) -> Intent | None:
    if first in STATUS:
        digits = _digits(plain(rest))
        return None if digits is None else Status(digits)
    digits = _digits(phrase)
    if not digits:
        return None
    if is_reference(digits):
        return Status(digits)
    return Choice(int(digits)) if len(digits) <= 2 else None


def _digits(phrase: str) -> str | None:
    digits = ascii_digits(phrase).replace(" ", "")
    return digits if not digits or (digits.isascii() and digits.isdigit()) else None


def _yes_no(phrase: str) -> YesNo | None:
    if phrase in YES:
        return YesNo(True)
    return YesNo(False) if phrase in NO else None
