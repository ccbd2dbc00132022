"""The words of every prompt per language, and how a step becomes pieces of speech or one written text.

`load` is called once by the composition root; nothing is read at import. Sounds are not known here: a piece says
what to speak and under which name a human recording of it would be kept.
"""

from flows.words.about import About
from flows.words.pieces import Piece
from flows.words.store import NOTICES, Words, in_order, load

__all__ = ["NOTICES", "About", "Piece", "Words", "in_order", "load"]
