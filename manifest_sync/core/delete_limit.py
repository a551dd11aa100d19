"""How many deletions a plan may have before somebody has to say that they are meant."""

import re
from typing import Annotated

import msgspec

_PATTERN = r"^(?:[0-9]{1,9}|(?:100|[0-9]{1,2})%)$"
_LIMIT = re.compile(_PATTERN)

MaxDelete = Annotated[
    str, msgspec.Meta(pattern=_PATTERN, description="`N` files, or `P%` of the files there are.")
]


class DeleteLimit(msgspec.Struct, frozen=True):
    """At most so many deletions; where both figures are given, both must be exceeded."""

    files: int | None = None
    percent: int | None = None
    """Of the files that the side holds before."""

    def is_exceeded(self, deleted: int, held: int) -> bool:
        """Whether that many deletions out of that many files are too many."""
        too_many = self.files is None or deleted > self.files
        too_much = self.percent is None or deleted * 100 > self.percent * held
        return too_many and too_much

    def __str__(self) -> str:
        """`10 files and 50 %`."""
        files = None if self.files is None else f"{self.files} file{'s' * (self.files != 1)}"
        share = None if self.percent is None else f"{self.percent} %"
        return " and ".join(part for part in (files, share) if part is not None)


DEFAULT_LIMIT = DeleteLimit(files=10, percent=50)
"""A handful of files is easily restored, and so is half a style; more is likelier a mishap."""


def parse_limit(text: str) -> DeleteLimit:
    """`20` or `50%`. Raises ValueError with the end of a sentence."""
    text = text.strip()
    if _LIMIT.match(text) is None:
        raise ValueError("must be a number of files, like 20, or a share of them, like 50%")
    if text.endswith("%"):
        return DeleteLimit(percent=int(text[:-1]))
    return DeleteLimit(files=int(text))
