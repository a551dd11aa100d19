"""What a file is, as far as synchronisation cares: its size and its MD5."""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

import msgspec

Size = Annotated[int, msgspec.Meta(ge=0, description="Bytes.")]
Md5 = Annotated[
    str,
    msgspec.Meta(
        min_length=32,
        max_length=32,
        description="32 lower-case hexadecimal digits.",
        # As a constraint it would be checked for each of 100,000 lines, in 0.3 s; see `all_md5`.
        extra_json_schema={"pattern": "^[0-9a-f]{32}$"},
    ),
]
_HEXADECIMAL = re.compile(r"[0-9a-f]*")


class Side(StrEnum):
    """One of the two places that are kept in step."""

    LOCAL = "local"
    S3 = "s3"

    @property
    def other(self) -> "Side":
        """The opposite side."""
        return Side.S3 if self is Side.LOCAL else Side.LOCAL


class Content(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """The identity of a file's bytes. Two files are the same when both fields are equal.

    An absent file is `None`, never a `Content`.
    """

    size: Size
    md5: Md5


class Action(StrEnum):
    """What a change does to its side; always derived from before and after."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"

    @property
    def glyph(self) -> str:
        """The sign a plan shows in front of the path."""
        return {"create": "+", "update": "~", "delete": "-"}[self.value]


def all_md5(texts: Iterable[str]) -> bool:
    """Whether texts of 32 characters each are MD5s; all in one pass."""
    return _HEXADECIMAL.fullmatch("".join(texts)) is not None


def action_between(before: Content | None, after: Content | None) -> Action:
    """The action that leads from one content to another, different, one."""
    if before == after:
        raise ValueError(f"no change leads from {before} to itself")
    if before is None:
        return Action.CREATE
    return Action.DELETE if after is None else Action.UPDATE
