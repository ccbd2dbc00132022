"""A report's short number: digits only, 4 to 7 of them, the last one a check digit (contract, "References").

Damm's check finds every single wrong digit and every swap of neighbours, the slips made when a number is heard and
said again. Running numbers are scattered, so that a number tells nobody how many reports there are.
"""

from __future__ import annotations

from flows.errors import FlowError
from flows.typed import ascii_digits

# A totally anti-symmetric quasigroup of order 10 (H. Michael Damm, 2004).
TABLE = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
LENGTHS = (3, 4, 5, 6)  # of the number without its check digit
STEP = 0.6180339887  # of the way round per report: neighbours land far apart


def make(n: int) -> str:
    """Return the reference of the n-th report (from 1); no two are equal. Raises FlowError past 999,900."""
    place = n - 1
    for length in LENGTHS:
        first, size = 10 ** (length - 1), 9 * 10 ** (length - 1)
        if 0 <= place < size:
            number = str(first + place * _stride(size) % size)
            return number + str(check_digit(number))
        place -= size
    raise FlowError(f"There is no reference for report {n}", "references-used-up")


def is_reference(text: str) -> bool:
    """Tell whether these digits, of any script, can be a reference: right length and check digit."""
    digits = ascii_digits(text.strip())
    is_number = digits.isascii() and digits.isdigit()
    return is_number and len(digits) - 1 in LENGTHS and check_digit(digits) == 0


def check_digit(digits: str) -> int:
    """Return the digit that makes the check of `digits` come out as 0."""
    interim = 0
    for digit in digits:
        interim = int(TABLE[interim][int(digit)])
    return interim


def _stride(size: int) -> int:
    stride = int(size * STEP) | 1
    while stride % 3 == 0 or stride % 5 == 0:  # sizes are 9 times a power of ten
        stride += 2
    return stride
