"""The facts of one side: what its store lists, and what that turned out to contain."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Protocol

import msgspec

from manifest_sync.core.content import Content, Side
from manifest_sync.core.stamps import Present


class Problem(msgspec.Struct, frozen=True, order=True, forbid_unknown_fields=True):
    """Why nothing may be decided about a path, or about anything below it."""

    path: str
    """Relative to the style; a folder's path speaks for everything in it. "" is the whole side."""
    side: Side
    code: str
    """Stable, snake_case: `unreadable`, `unsafe_name`, `link`, `special_file`, ..."""
    message: str
    """One sentence for a person."""
    hides_content: bool = True
    """Whether files may be there that could not be seen: then nothing is deleted in the style."""


class Found(msgspec.Struct, frozen=True, gc=False):
    """One row of a store's listing; its content is not known yet."""

    path: str
    stamp: Present


class Entry(msgspec.Struct, frozen=True, gc=False):
    """What one side holds at a path."""

    content: Content
    stamp: Present


class Resting(Collection[str], Protocol):
    """The paths that are in step still (`core/roll.py`): every rule leaves them alone."""

    def entry(self, side: Side, path: str) -> Entry | None:
        """What a side holds at one of these paths; None at any other."""
        ...


class Entries(Mapping[str, Entry]):
    """What a side holds where only what has moved was looked at."""

    def __init__(self, side: Side, moving: Mapping[str, Entry], resting: Resting) -> None:
        """`moving` are those that were looked at one by one, `resting` all others."""
        self.moving = moving
        self.resting = resting
        self._side = side

    def __getitem__(self, path: str) -> Entry:
        """What is at a path."""
        entry = self.moving.get(path) or self.resting.entry(self._side, path)
        if entry is None:
            raise KeyError(path)
        return entry

    def __iter__(self) -> Iterator[str]:
        """The paths, sorted."""
        return iter(sorted([*self.moving, *self.resting]))

    def __len__(self) -> int:
        """How many files there are."""
        return len(self.moving) + len(self.resting)

    def __contains__(self, path: object) -> bool:
        """Whether there is one."""
        return path in self.moving or path in self.resting


class Listing(msgspec.Struct, frozen=True):
    """What one side holds, in scope. Complete: a listing that cannot be completed raises."""

    side: Side
    entries: Mapping[str, Entry]
    problems: tuple[Problem, ...] = ()
    ignored: tuple[str, ...] = ()
    """Images and captions that the header's `ignore` leaves out of scope, for `status`."""
    notices: tuple[Problem, ...] = ()
    """Worth saying, but nothing is hidden by it: a link that leads nowhere in particular."""

    @property
    def resting(self) -> Resting | None:
        """The files that need no rule; None where that is not known of any."""
        return self.entries.resting if isinstance(self.entries, Entries) else None

    @property
    def moving(self) -> Mapping[str, Entry]:
        """The files that may need a rule."""
        return self.entries.moving if isinstance(self.entries, Entries) else self.entries

    def content(self, path: str) -> Content | None:
        """The content at a path; None where nothing is."""
        entry = self.entries.get(path)
        return entry.content if entry is not None else None


class Shadow:
    """The paths that a set of problems covers: the paths themselves and all below them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Take the problems of both sides; their order does not matter."""
        self._at = {problem.path: problem for problem in problems}

    def __bool__(self) -> bool:
        """Whether anything is covered at all."""
        return bool(self._at)

    def over(self, path: str) -> Problem | None:
        """The problem at the path or above it, nearest first."""
        if not self._at:
            return None
        return next(
            (self._at[place] for place in self_and_parents(path) if place in self._at), None
        )


def self_and_parents(path: str) -> Iterator[str]:
    """`a/b/c` → `a/b/c`, `a/b`, `a`, and "" for the side as a whole."""
    while path:
        yield path
        path = path.rpartition("/")[0]
    yield ""
