"""Remembering what is in step after a run or a record, so that the next need not look at it."""

from collections.abc import Container, Iterator, Mapping, Sequence

import msgspec

from manifest_sync import __version__
from manifest_sync.core.content import Content, Side
from manifest_sync.core.in_step import NONE_IN_STEP, Agreed, Circumstances, remember
from manifest_sync.core.manifest import MANIFEST_NAME
from manifest_sync.core.memory import BLANK, Memory
from manifest_sync.core.outcome import Outcome
from manifest_sync.core.record import Lines
from manifest_sync.core.roll import Roll, Still
from manifest_sync.core.scope import Role
from manifest_sync.core.stamps import ObjectStamp
from manifest_sync.core.survey import Survey
from manifest_sync.engine.publishing import Published
from manifest_sync.engine.site import Observation
from manifest_sync.workspace.resources import Resources
from manifest_sync.workspace.styles import Style


class After(msgspec.Struct, frozen=True):
    """What a run, or `record`, came to."""

    lines: Lines
    """Of that manifest."""
    moved: Mapping[str, Memory]
    """The memories that moved."""
    manifest_md5: str
    """Of the manifest that it wrote, or left as it was."""
    outcomes: Sequence[Outcome] = ()
    published: Published | None = None
    """None where S3 was not looked at, as `record` does not: it counts as it was remembered."""


class _There(msgspec.Struct, frozen=True):
    """What S3 holds, as far as it is known: of what does not rest."""

    held: Mapping[str, tuple[Content, ObjectStamp]]
    announced: Lines | None
    """The published lines; None where nothing is published."""
    etag: str
    """Of the published manifest; "" where nothing is published."""
    others: Mapping[str, ObjectStamp]
    """Objects that are no files of the style, or whose files were not looked at."""


def remember_in_step(
    resources: Resources, style: Style, observation: Observation, after: After
) -> None:
    """Put into the cache which files are in step now, where that is not what it holds already."""
    survey = observation.survey
    resting = survey.resting
    if after.published is None and not resting:
        return
    roll = resting.roll if isinstance(resting, Still) else Roll(NONE_IN_STEP)
    gone = resting.gone() if isinstance(resting, Still) else []
    if after.published is None:
        there = _as_it_was(roll, gone)
        # The manifest tells of their ETags no more, where it has other contents now.
        resources.cache.remember_objects(style.manifest.remote, _opaque(there))
    else:
        there = _as_it_is(survey, after, after.published)
    circumstances = Circumstances(
        manifest_md5=after.manifest_md5,
        published=there.etag,
        serial=resources.known(style).serial,
        header=survey.manifest.header,
        nested=tuple(sorted(survey.scope.nested)),
    )
    new = dict(_agreed(observation, after, there))
    objects = {path: stamp for path, (_, stamp) in there.held.items() if path not in new}
    objects.update(there.others)
    known = roll.known
    if not gone and not new and (circumstances, objects) == (known.circumstances, known.objects):
        return
    memories = _all_remembered(survey, after, there)
    known = remember(
        known,
        roll.paths,
        gone=frozenset(gone),
        new=new,
        circumstances=circumstances,
        aside={path: memory for path, memory in memories.items() if path not in new},
        objects=objects,
    )
    resources.cache.remember_in_step(
        style.manifest.remote, __version__, resources.whose(style), known
    )


def _as_it_is(survey: Survey, after: After, published: Published) -> _There:
    """S3 as a run has found it and left it."""
    return _There(
        held=_held(survey, after),
        announced=published.manifest.lines if published.manifest is not None else None,
        etag=published.etag,
        others={MANIFEST_NAME: published.stamp} if isinstance(published.stamp, ObjectStamp) else {},
    )


def _as_it_was(roll: Roll, gone: Sequence[str]) -> _There:
    """S3 as it was when it was remembered, which a command that does not ask it leaves it to be."""
    held = {}
    for path in gone:
        entry = roll.entry(Side.S3, roll.position[path])
        if isinstance(entry.stamp, ObjectStamp):
            held[path] = entry.content, entry.stamp
    etag = roll.known.circumstances.published
    return _There(
        held=held,
        announced={path: content for path, (content, _) in held.items()} if etag else None,
        etag=etag,
        others=roll.known.objects,
    )


def _opaque(there: _There) -> list[tuple[str, str, str]]:
    """(path, ETag, MD5) of what S3 holds under an ETag that is not its MD5."""
    return [
        (path, stamp.etag, content.md5)
        for path, (content, stamp) in there.held.items()
        if stamp.etag != content.md5
    ]


def _agreed(observation: Observation, after: After, there: _There) -> Iterator[tuple[str, Agreed]]:
    """The files of those that were looked at that both sides, lines and memory agree on.

    Not one that was just written: within the same tick it may be written again. And not an empty
    file that is no caption: a folder marker on S3 looks like one.
    """
    survey, digests = observation.survey, observation.folder.digests
    announced = there.announced
    written = {each.change.path for each in after.outcomes if each.change.side is Side.LOCAL}
    for path, entry in survey.folder.moving.items():
        content, digest = entry.content, digests.get(path)
        held, stamp = there.held.get(path, (None, None))
        if digest is None or not digest.trusted or path in written or stamp is None:
            continue
        if not content.size and survey.scope.role(path) is not Role.CAPTION:
            continue
        seen = content if announced is not None else None
        said = announced.get(path) if announced is not None else None
        if (
            held == content == after.lines.get(path)
            and said == seen
            and _memory(survey, after, path) == Memory(content, content, seen)
        ):
            yield path, Agreed(content, digest.stamp, stamp.etag)


def _held(survey: Survey, after: After) -> dict[str, tuple[Content, ObjectStamp]]:
    """What S3 holds now of what was looked at or written.

    Where a change failed that is what was there before it, as far as anybody knows; it is not in
    step then, whatever S3 holds.
    """
    held = {
        path: (entry.content, entry.stamp)
        for path, entry in survey.bucket.moving.items()
        if isinstance(entry.stamp, ObjectStamp)
    }
    for outcome in after.outcomes:
        change, stamp = outcome.change, outcome.stamp
        if change.side is Side.S3 and outcome.status.holds:
            held.pop(change.path, None)
            if change.after and isinstance(stamp, ObjectStamp):
                held[change.path] = (change.after, stamp)
    return held


def _all_remembered(survey: Survey, after: After, there: _There) -> dict[str, Memory]:
    """The memory of every path that has one, or a line, but for those that rest."""
    announced: Container[str] = there.announced or ()
    named = {*survey.memory, *after.moved, *survey.folder.moving, *survey.bucket.moving}
    if after.published is None:
        # Which of them are published is not known: what was remembered stays so.
        announced = survey.memory
    elif not survey.resting:
        named.update(after.lines, there.announced or ())
    memories = ((path, _memory(survey, after, path)) for path in named)
    return {
        path: memory
        for path, memory in memories
        # What is on a side alone is met there; to be reminded of it costs a look at all lines.
        if memory != BLANK or path in after.lines or path in announced
    }


def _memory(survey: Survey, after: After, path: str) -> Memory:
    moved = after.moved.get(path)
    return moved if moved is not None else survey.memory.get(path, BLANK)
