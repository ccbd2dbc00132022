"""Names in the scripts of India, and in Urdu's, as they would be written in Latin letters. Pure.

The scripts of India share one order of letters, block for block, so that one table reads nine of them. What is not said
(the last short a of रमेश) is left out as people do when they write the name in Latin letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from anyascii import anyascii

# Devanagari to Malayalam: nine blocks of 128 places, the same letter at the same place of each.
_FIRST, _LAST, _BLOCK = 0x0900, 0x0D7F, 0x80
_DEVANAGARI = 0x0900
_VOWELS = dict(
    zip(
        "अआइईउऊऋऌऍऎएऐऑऒओऔ",
        ("a", "a", "i", "i", "u", "u", "ri", "li", "e", "e", "e", "ai", "o", "o", "o", "au"),
        strict=True,
    )
)
_SIGNS = dict(
    zip(
        "ािीुूृॄॅॆेैॉॊोौ",
        ("a", "i", "i", "u", "u", "ri", "ri", "e", "e", "e", "ai", "o", "o", "o", "au"),
        strict=True,
    )
)
_WRITTEN = "k kh g gh n ch chh j jh n t th d dh n t th d dh n n p ph b bh m y r r l l l v sh sh s h"
_CONSONANTS = dict(
    zip(
        "कखगघङचछजझञटठडढणतथदधनऩपफबभमयरऱलळऴवशषसह",
        _WRITTEN.split(),
        strict=True,
    )
)
_DOTTED = {"ड": "r", "ढ": "r"}  # with a dot below; the other dots change nothing that is compared
_POINT = "ं"
_OTHERS = {_POINT: "n", "ँ": "n", "ः": "", "ऽ": "", "़": "", "ॐ": "om"}
_VIRAMA, _NUKTA = "\u094d", "\u093c"
_GYA = "ज्ञ"
_BENGALI_RA, _BENGALI_VA = "\u09f0", "\u09f1"
_TIPPI, _ADDAK, _KHANDA_TA = "\u0a70", "\u0a71", "\u09ce"
_INDIC = re.compile("[\u0900-\u0d7f\u200c\u200d]+")

# Urdu leaves its short vowels out; the names that most people bear are read as they are said.
_URDU = {
    "محمد": "muhammad",
    "احمد": "ahmad",
    "علی": "ali",
    "حسین": "husain",
    "حسن": "hasan",
    "خان": "khan",
    "فاطمہ": "fatima",
    "عائشہ": "aisha",
    "زینب": "zainab",
    "مریم": "maryam",
    "خدیجہ": "khadija",
    "بیگم": "begam",
    "خاتون": "khatun",
    "بانو": "bano",
    "بی بی": "bibi",
    "رحمان": "rahman",
    "رحمٰن": "rahman",
    "عبدالرحمن": "abdulrahman",
    "عبدل": "abdul",
    "عبد": "abd",
    "اللہ": "ullah",
    "ابراہیم": "ibrahim",
    "اسماعیل": "ismail",
    "یوسف": "yusuf",
    "یعقوب": "yakub",
    "عثمان": "usman",
    "عمر": "umar",
    "سلیم": "salim",
    "نسیم": "nasim",
    "شبنم": "shabnam",
    "پروین": "parvin",
    "انصاری": "ansari",
    "شیخ": "shaikh",
    "سید": "sayyid",
    "قریشی": "qureshi",
    "رشید": "rashid",
    "کریم": "karim",
    "رحیم": "rahim",
    "جمیل": "jamil",
    "نذیر": "nazir",
    "امینہ": "amina",
    "سلمیٰ": "salma",
    "سلمہ": "salma",
    "شاہ": "shah",
    "اقبال": "iqbal",
    "ممتاز": "mumtaz",
    "نور": "nur",
    "رضیہ": "raziya",
    "انور": "anwar",
    "اختر": "akhtar",
}
_ARABIC = re.compile("[\u0600-\u06ff]+")
_ALIKE_IN_ARABIC = str.maketrans({"ي": "ی", "ك": "ک", "ة": "ہ", "ه": "ہ", "أ": "ا", "إ": "ا"})
_LAST_POINT = re.compile("ं(?![\u0900-\u0d7f])")
# करके, पहली, बिजली: between two syllables that are said the a of the middle one is not
_UNSAID = re.compile("(?<=[\u0905-\u0939\u093e-\u094c])([\u0915-\u0939])(?=[\u0915-\u0939][\u093e-\u094c])")
_SHORT = re.compile(
    "(?<![\u0900-\u0d7f])([\u0915-\u0939])ा([\u0915-\u0939])(?![\u0900-\u0d7f])"
)  # नाम, बात, काम
# आप, आज, आएँगे, आना, आगे …, but Asha and Agra
_FIRST_AA = re.compile(
    "(?<![\u0900-\u0d7f])आ(?=[एईइ]|य[ािीेो]|न[ाे]|गे|दम|वा|प\u094d?[कस]|[पजग]?(?![\u0900-\u0d7f]))"
)
_MARKS = re.compile("[\u0610-\u061a\u064b-\u0652\u0656-\u065f]")


def read_indic(text: str) -> str:
    """Write every word of an Indian script in Latin letters; everything else stays as it is."""
    return _INDIC.sub(lambda found: "".join(_letters(_as_devanagari(found[0]))), text)


def read_arabic(text: str) -> str:
    """Write the names of Urdu that are known as they are said; the rest is left to its consonants."""
    return _ARABIC.sub(lambda found: _said(found[0]), text)


def read_as_typed(text: str) -> str:
    """Write a message as people type it in Latin letters, for a screen that shows no others: aap, nahin, chahiye.

    Of Urdu, which leaves its short vowels out, mostly consonants: less than is said, more than nothing.
    """
    text = _UNSAID.sub(f"\\1{_VIRAMA}", text)
    text = _SHORT.sub("\\1aa\\2", _FIRST_AA.sub("aa", text))
    text = _LAST_POINT.sub("ँ", text).replace("िए", "िये").replace("इए", "इये")
    return _ARABIC.sub(lambda found: anyascii(found[0]), read_arabic(read_indic(text)))


def _said(word: str) -> str:
    plain = _MARKS.sub("", word.translate(_ALIKE_IN_ARABIC))
    return _URDU.get(plain, plain)


def _as_devanagari(word: str) -> str:
    word = word.replace(_BENGALI_RA, "\u09b0").replace(_BENGALI_VA, "\u09ac")
    word = word.replace(_TIPPI, "\u0a02").replace(_ADDAK, "").replace(_KHANDA_TA, "\u09a4\u09cd")
    moved = (
        chr(_DEVANAGARI + (ord(each) - _FIRST) % _BLOCK) if _FIRST <= ord(each) <= _LAST else ""
        for each in word
    )
    return "".join(moved)


def _letters(word: str) -> Iterator[str]:
    """Spell a word; the short a that every consonant carries is said unless a sign replaces it or the word ends."""
    word = word.replace(_GYA, "ग्य")
    for at, letter in enumerate(word):
        if letter in _CONSONANTS:
            is_dotted = word[at + 1 : at + 2] == _NUKTA
            yield _DOTTED.get(letter, _CONSONANTS[letter]) if is_dotted else _CONSONANTS[letter]
            rest = word[at + 1 + is_dotted :]
            if _carries_a(rest, is_joined=at > 0 and word[at - 1] == _VIRAMA):
                yield "a"
        elif letter == _POINT and at == len(word) - 1:
            yield "ng"  # সিং
        else:
            yield _VOWELS.get(letter) or _SIGNS.get(letter) or _OTHERS.get(letter, "")


def _carries_a(rest: str, *, is_joined: bool) -> bool:
    if not rest:
        return is_joined  # कृष्ण keeps its a, रमेश does not
    return rest[0] != _VIRAMA and rest[0] not in _SIGNS
