"""What a run tells whoever watches it. One union, one callback."""

from collections.abc import Callable

import msgspec

from manifest_sync.core.content import Side
from manifest_sync.core.outcome import Outcome


class Listed(msgspec.Struct, frozen=True):
    """So many files of one side are listed so far."""

    style: str
    side: Side
    files: int


class Hashed(msgspec.Struct, frozen=True):
    """So many of the files that need reading have been read."""

    style: str
    files: int
    of: int
    bytes: int
    of_bytes: int
    side: Side = Side.LOCAL


class ApplyBegan(msgspec.Struct, frozen=True):
    """The changes of one style begin."""

    style: str
    to: Side
    changes: int
    bytes: int


class ChangeEnded(msgspec.Struct, frozen=True):
    """One change has its outcome."""

    style: str
    outcome: Outcome


class TriedAgain(msgspec.Struct, frozen=True):
    """A change, or reading an object, failed, may go through the next time, and is repeated."""

    style: str
    why: str
    """The end of a sentence."""
    at_a_time: int
    """Changes that are made, or objects that are read, at a time from now on."""
    slowed: bool
    """Whether that is fewer than usual, because S3 asks to slow down."""


class ApplyEnded(msgspec.Struct, frozen=True):
    """The changes of one style are through."""

    style: str


class Warned(msgspec.Struct, frozen=True):
    """Something a person should know that stops nothing."""

    message: str


Event = Listed | Hashed | ApplyBegan | ChangeEnded | TriedAgain | ApplyEnded | Warned
OnEvent = Callable[[Event], None]


def ignore_events(_: Event) -> None:
    """For who does not watch."""
