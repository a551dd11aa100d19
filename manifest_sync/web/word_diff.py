"""The difference between two captions, word by word."""

import re
from difflib import SequenceMatcher
from typing import Literal

import msgspec

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_MOST = 4000
"""Words that are compared; a longer text is one difference."""

Kind = Literal["kept", "gone", "come"]


class Word(msgspec.Struct, frozen=True):
    """A stretch of text."""

    kind: Kind
    text: str


def words_between(before: str, after: str) -> list[Word]:
    """What stayed, what went and what came, in the order it is read."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if max(len(old), len(new)) > _MOST:
        return [Word("gone", before), Word("come", after)]
    found: list[Word] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Word("kept", "".join(old[a:b])))
            continue
        if b > a:
            found.append(Word("gone", "".join(old[a:b])))
        if d > c:
            found.append(Word("come", "".join(new[c:d])))
    return found
