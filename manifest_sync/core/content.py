"""What a file is, as far as synchronisation cares: its size and its MD5."""

from enum import StrEnum

import msgspec


class Side(StrEnum):
    """One of the two places that are kept in step."""

    LOCAL = "local"
    S3 = "s3"

    @property
    def other(self) -> "Side":
        """The opposite side."""
        return Side.S3 if self is Side.LOCAL else Side.LOCAL


class Content(msgspec.Struct, frozen=True, gc=False):
    """The identity of a file's bytes. Two files are the same when both fields are equal.

    An absent file is `None`, never a `Content`.
    """

    size: int
    """Bytes."""
    md5: str
    """32 lower-case hexadecimal digits."""


class Action(StrEnum):
    """What a change does to its side; always derived from before and after."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"

    @property
    def glyph(self) -> str:
        """The sign a plan shows in front of the path."""
        return {"create": "+", "update": "~", "delete": "-"}[self.value]


def action_between(before: Content | None, after: Content | None) -> Action:
    """The action that leads from one content to another, different, one."""
    if before == after:
        raise ValueError(f"no change leads from {before} to itself")
    if before is None:
        return Action.CREATE
    return Action.DELETE if after is None else Action.UPDATE
