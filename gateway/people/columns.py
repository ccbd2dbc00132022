"""Which column of a list is which of ours: by our own name, by what lists call it in three languages, or as told. Pure.

Nobody's caste or religion is kept (rules.md L15): a list that has such a column is refused as a whole, wherever it stands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gateway.people.refusals import ListUnreadable

MOST_COLUMNS = 500
UNSEEN = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")

_PROFILING = re.compile(
    r"\b(sub)?castes?\b|religio|\b(jati|jaati|varna|gotra|dharm|dharma|dharam|mazhab|majhab|obc|sc st|scst|faith|sect)\b"
    r"|जाति|जाती|धर्म|मज़हब|मजहब|জাতি|জাত|ধর্ম",
)
_CALLED = {
    "phone": "phone no, phone number, mobile, mobile no, mobile number, mob no, contact no, contact number, cell, cell no, "
    "telephone, whatsapp, whatsapp no, whatsapp number, मोबाइल, मोबाइल नंबर, मोबाइल नम्बर, मोबाईल, मोबाईल नंबर, फ़ोन, फोन, "
    "फ़ोन नंबर, फोन नंबर, दूरभाष, মোবাইল, মোবাইল নম্বর, মোবাইল নং, ফোন, ফোন নম্বর, simu, namba ya simu",
    "name": "full name, member, member name, name of member, नाम, पूरा नाम, सदस्य का नाम, নাম, পুরো নাম, সদস্যের নাম, jina",
    "language": "lang, mother tongue, भाषा, बोली, ভাষা, lugha",
    "unit": "unit code, booth, booth code, booth no, booth number, polling booth, बूथ, बूथ कोड, बूथ नंबर, बूथ संख्या, इकाई, "
    "इकाई कोड, বুথ, বুথ কোড, বুথ নম্বর, ইউনিট",
    "posts": "post, designation, role, पद, दायित्व, পদ, দায়িত্ব",
    "consent": "how consented, consent given, सहमति, সম্মতি",
    "consent_date": "date of consent, consented on, सहमति की तारीख, सहमति तिथि, সম্মতির তারিখ",
    "age": "उम्र, आयु, বয়স, umri",
    "home_unit": "home booth, voting booth, votes at, घर का बूथ, मतदान बूथ, নিজের বুথ",
    "handset": "handset kind, phone type, फ़ोन का प्रकार, फोन का प्रकार, ফোনের ধরন",
    "tags": "tag, labels, टैग, ট্যাগ",
    "slot": "time of day, best time, call time, कब फ़ोन करें, कब फोन करें, फ़ोन का समय, কখন ফোন",
    "code": "unit code, कोड, কোড",
    "kind": "type, level, स्तर, প্রকার, স্তর",
    "parent": "parent code, under, ऊपर की इकाई, উপরের ইউনিট",
}


def tidy_title(title: str) -> str:
    """Write the title of a column as columns are compared: "Mobile No." is mobile_no."""
    plain = unicodedata.normalize("NFC", UNSEEN.sub("", title)).strip().strip("'\".:*#()")
    return re.sub(r"[\s_\-./]+", "_", plain.casefold()).strip("_")


def holds_number(title: str) -> bool:
    """Say whether this is no title but somebody's number: a list without a header; such a line is kept nowhere."""
    return sum(character.isdecimal() for character in title) > 6


_OURS = {
    column: {tidy_title(each) for each in called.split(", ")} | {column} for column, called in _CALLED.items()
}


@dataclass(frozen=True)
class Wanted:
    """Which columns a list is read for; `chosen` names the title that stands for one of ours, "" for none."""

    needed: Sequence[str]
    optional: Sequence[str] = ()
    chosen: Mapping[str, str] = field(default_factory=dict)

    @property
    def known(self) -> tuple[str, ...]:
        return (*self.needed, *self.optional)

    def count_known(self, titles: Sequence[str]) -> int:
        """Say how many of these titles are columns we know: how a header is told from other lines."""
        names = [tidy_title(title) for title in titles[:MOST_COLUMNS]]
        told = {tidy_title(title) for title in self.chosen.values()}
        return len(self._guess(names)) + sum(name in told for name in names if name)

    def places(self, titles: Sequence[str], line: int) -> dict[str, int]:
        """Return the place of each of our columns in the list.

        Raises ListUnreadable for a header that asks for caste or religion, is too long, names one of ours twice, or lacks
        a needed one.
        """
        if len(titles) > MOST_COLUMNS:
            raise ListUnreadable("no-list-columns", line=line, count=len(titles))
        names = [tidy_title(title) for title in titles]
        _refuse_profiling(names)
        twice = sorted({each for each in names if each in self.known and names.count(each) > 1})
        if twice:
            raise ListUnreadable("no-list-twice", line=line, columns=", ".join(twice))
        found = {**self._guess(names), **self._told(names)}
        lacking = [column for column in self.needed if found.get(column, -1) < 0]
        if lacking:
            raise ListUnreadable("no-list-lacks", line=line, columns=", ".join(lacking))
        return {column: place for column, place in found.items() if place >= 0}

    def guess(self, titles: Sequence[str]) -> dict[str, int]:
        """Return the place of each of our columns that can be told by its title."""
        return self._guess([tidy_title(title) for title in titles])

    def _guess(self, names: Sequence[str]) -> dict[str, int]:
        """Our own name comes before any other; of several others the leftmost counts."""
        told = {tidy_title(title) for title in self.chosen.values()}
        found = {column: names.index(column) for column in self.known if column in names}
        for place, name in enumerate(names):
            if place in found.values() or name in told:
                continue
            column = next((each for each in self.known if name in _OURS.get(each, ())), None)
            if column is not None:
                found.setdefault(column, place)
        return found

    def _told(self, names: Sequence[str]) -> dict[str, int]:
        found = {}
        for column, title in self.chosen.items():
            name = tidy_title(title)
            if name and name not in names:
                raise ListUnreadable("no-list-no-column", column=title[:40])
            found[column] = names.index(name) if name else -1
        return found


def _refuse_profiling(names: Sequence[str]) -> None:
    for name in names:
        if _PROFILING.search(name.replace("_", " ")):
            raise ListUnreadable("no-list-profiling", column=name[:40])
