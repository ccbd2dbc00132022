"""What people write in a list for yes and no, for kinds of handsets and for parts of the day, in three languages."""

from __future__ import annotations

from gateway.rules.slots import Slot

KEYPAD, SMARTPHONE, NONE = "keypad", "smartphone", "none"

ANSWERS = {
    **dict.fromkeys(("yes", "y", "true", "1", "adult", "हाँ", "हां", "হ্যাঁ"), True),
    **dict.fromkeys(("no", "n", "false", "0", "minor", "child", "नहीं", "না"), False),
}
HANDSETS = {
    **dict.fromkeys(
        ("keypad", "feature", "feature phone", "basic", "कीपैड", "बटन वाला", "কিপ্যাড", "বাটন"), KEYPAD
    ),
    **dict.fromkeys(("smartphone", "smart", "android", "स्मार्टफोन", "स्मार्टफ़ोन", "স্মার্টফোন"), SMARTPHONE),
    **dict.fromkeys(("none", "no", "नहीं", "নেই"), NONE),
}
SLOTS = {
    **dict.fromkeys(("morning", "सुबह", "সকাল"), str(Slot.MORNING)),
    **dict.fromkeys(("midday", "noon", "afternoon", "दोपहर", "দুপুর"), str(Slot.MIDDAY)),
    **dict.fromkeys(("evening", "शाम", "সন্ধ্যা"), str(Slot.EVENING)),
}
