"""The document that `verify --json` prints."""

from typing import Literal

import msgspec

from manifest_sync.core.content import Side
from manifest_sync.core.listing import Problem
from manifest_sync.core.verification import Finding
from manifest_sync.formats.documents import StyleFailure


class VerifiedSide(msgspec.Struct, frozen=True):
    """One side of one style. Figures are files, captions included."""

    side: Side
    files: int
    """In scope."""
    read: int
    bytes: int
    equal: int
    """Read, and as everybody said."""
    unlisted: int
    """Read, but nobody said before what they contain."""
    absent: int
    """In the manifest, and never on this side."""
    findings: tuple[Finding, ...]
    """What is not as it was said to be, by path."""
    problems: tuple[Problem, ...]


class StyleVerified(msgspec.Struct, frozen=True):
    """One style."""

    style: str
    folder: str
    remote: str
    sides: tuple[VerifiedSide, ...]
    seconds: float


class VerifyDocument(msgspec.Struct, frozen=True):
    """`verify`: what the bytes are, against what they were said to be."""

    format: Literal["manifest-sync/verify"]
    version: Literal[1]
    sample: float | None
    """The percentage of files that were read; null for all of them."""
    styles: tuple[StyleVerified, ...]
    errors: tuple[StyleFailure, ...] = ()
