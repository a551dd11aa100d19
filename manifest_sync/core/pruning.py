"""Which kept bytes are old enough to go."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import TypeVar

_AGE = re.compile(r"(\d{1,6})\s*([hdw])")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}

_T = TypeVar("_T")


def parse_age(text: str) -> timedelta:
    """`30d`, `12h`, `2w` → how long that is. Raises ValueError."""
    found = _AGE.fullmatch(text.strip())
    if found is None:
        raise ValueError("an age is a number of hours, days or weeks, like 12h, 30d or 2w")
    return int(found[1]) * _UNITS[found[2]]


def shelf_of(kept_at: str, lineage: str) -> int | None:
    """The number of the run that has kept this; None where no run of this workspace has."""
    found = re.search(rf"(?:^|/){re.escape(lineage)}-(\d+)/", kept_at)
    return int(found[1]) if found is not None else None


def expired(
    files: Iterable[_T],
    place: Callable[[_T], str],
    lineage: str,
    began: Mapping[int, str],
    before: str,
) -> list[_T]:
    """The files that runs of this workspace have kept which began before that time.

    Times are RFC 3339 in UTC, all of one form. What a run has kept that is not in the history,
    after state.db was restored from a backup, say, is of an unknown age, and stays.
    """
    shelves = ((file, shelf_of(place(file), lineage)) for file in files)
    return [file for file, run in shelves if run is not None and began.get(run, before) < before]
