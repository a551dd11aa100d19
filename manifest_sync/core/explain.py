"""Everything that is known of one path, and what each command would make of it: `explain`.

The decisions are asked of the decision table itself, with the facts that a plan would ask it with.
"""

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from manifest_sync.core.captions import stem
from manifest_sync.core.content import Content, Side
from manifest_sync.core.listing import Problem, Shadow
from manifest_sync.core.memory import BLANK, Memory
from manifest_sync.core.path_history import PathChange
from manifest_sync.core.publication import Publication
from manifest_sync.core.reconcile import Choices, Facts, Ruling, Verb, decide, rule
from manifest_sync.core.record import record
from manifest_sync.core.scope import Role
from manifest_sync.core.scope_rule import ScopeRule
from manifest_sync.core.selection import Selection
from manifest_sync.core.stamps import FileStamp, ObjectStamp
from manifest_sync.core.survey import Survey, facts

_WAYS = (
    (Verb.PUSH, Side.S3),
    (Verb.PULL, Side.LOCAL),
    (Verb.APPLY, Side.S3),
    (Verb.APPLY, Side.LOCAL),
)


class Decision(msgspec.Struct, frozen=True):
    """What one command would do at the path."""

    command: Verb
    to: Side
    facts: Facts | None
    """What the table is asked with; None where it is not asked."""
    rule: Ruling | None
    """The row that fits; None where the path is nowhere or out of scope."""
    without_flags: Ruling | None
    """What comes of it where neither --delete nor --overwrite nor --take is given."""


class Sibling(msgspec.Struct, frozen=True):
    """An image or a caption of the same folder and stem: they belong together."""

    path: str
    role: Role
    local: bool
    s3: bool


class KnownFile(msgspec.Struct, frozen=True):
    """The file in the folder."""

    content: Content
    stamp: FileStamp


class CachedDigest(msgspec.Struct, frozen=True):
    """What cache.db knew of the file before this run."""

    md5: str
    xxh3: str
    stamp: FileStamp
    """The state of the file that was hashed."""
    is_current: bool
    """Whether the file is still in that state, as far as its signature tells."""
    trusted: bool
    """Whether an equal signature proves equal bytes: it was 2 s old when it was hashed."""
    since: int | None
    """When it was written down, in seconds since 1970; null where that was not noted."""


class Knowledge(StrEnum):
    """How the MD5 of an object is known."""

    ETAG = "etag"
    """The ETag is the MD5."""
    REMEMBERED = "remembered"
    """It was found out for this ETag before, and remembered."""
    MANIFEST = "manifest"
    """The manifest's line names this ETag."""
    ASKED = "asked"
    """It was found out just now: by the folder's file, S3's metadata, or reading the object."""


class KnownObject(msgspec.Struct, frozen=True):
    """The object on S3."""

    content: Content
    stamp: ObjectStamp
    known_by: Knowledge
    noted: str | None
    """The MD5 that S3 stores beside the bytes; null where none is."""


class Explanation(msgspec.Struct, frozen=True):
    """Everything about one path."""

    path: str
    scope: ScopeRule
    problem: Problem | None
    """Why nothing is decided here."""
    siblings: tuple[Sibling, ...]
    file: KnownFile | None
    cached: CachedDigest | None
    line: Content | None
    line_etag: str | None
    published: Content | None
    is_published: bool
    """Whether a manifest is published on S3 at all."""
    publication: Publication | None
    """When and by whom it was last published."""
    object: KnownObject | None
    memory: Memory
    decisions: tuple[Decision, ...]
    history: tuple[PathChange, ...]
    unread_file: FileStamp | None = None
    """A file that is there and was not read: it is out of scope."""
    unread_object: ObjectStamp | None = None
    """The same on S3."""
    """What runs of this workspace did here, newest first."""


def problem_at(survey: Survey, path: str) -> Problem | None:
    """The problem at the path or above it: the first row of the table."""
    return Shadow(survey.problems).over(path)


def decisions(survey: Survey, path: str) -> tuple[Decision, ...]:
    """What each command would do at one path; `survey` has the manifest's lines as they are."""
    recorded = record(survey.scope, survey.folder, survey.lines, survey.memory)
    alone = Selection(paths=frozenset({path}))
    surveyed = {
        True: msgspec.structs.replace(survey, selection=alone),
        False: msgspec.structs.replace(survey, selection=alone, lines=recorded),
    }
    return tuple(_decision(surveyed[verb is Verb.APPLY], verb, to) for verb, to in _WAYS)


def _decision(survey: Survey, verb: Verb, to: Side) -> Decision:
    known = next(facts(survey, verb, to), None)
    if known is None:
        return Decision(verb, to, None, None, None)
    return Decision(verb, to, known, rule(to, verb, known), decide(to, verb, known, Choices()))


def siblings(survey: Survey, path: str) -> Iterator[Sibling]:
    """The images and captions that share the path's folder and stem, itself left out."""
    folder, bucket, shared = survey.folder.entries, survey.bucket.entries, stem(path)
    for other in sorted({*folder, *bucket}):
        role = survey.scope.role(other)
        if other != path and role is not Role.OTHER and stem(other) == shared:
            yield Sibling(other, role, other in folder, other in bucket)


def memory_of(survey: Survey, path: str) -> Memory:
    """What is remembered of the path."""
    return survey.memory.get(path, BLANK)
