"""Remembering what is in step after a run, so that the next one need not look at it again."""

from collections.abc import Iterator, Sequence

import msgspec

from manifest_sync import __version__
from manifest_sync.core.content import Content, Side
from manifest_sync.core.in_step import NONE_IN_STEP, Agreed, Circumstances, remember
from manifest_sync.core.memory import BLANK, Memory
from manifest_sync.core.outcome import Outcome
from manifest_sync.core.roll import Roll, Still
from manifest_sync.core.scope import Role
from manifest_sync.core.settle import Settlement
from manifest_sync.core.stamps import ObjectStamp
from manifest_sync.core.survey import Survey
from manifest_sync.engine.publishing import Published
from manifest_sync.engine.site import Observation
from manifest_sync.workspace.resources import Resources
from manifest_sync.workspace.styles import Style


class After(msgspec.Struct, frozen=True):
    """What a run came to."""

    settlement: Settlement
    outcomes: Sequence[Outcome]
    published: Published
    manifest_md5: str
    """Of the manifest that it wrote, or left as it was."""


def remember_in_step(
    resources: Resources, style: Style, observation: Observation, after: After
) -> None:
    """Put into the cache which files are in step now, where that is not what it holds already."""
    survey = observation.survey
    resting = survey.resting
    roll = resting.roll if isinstance(resting, Still) else Roll(NONE_IN_STEP)
    gone = resting.gone() if isinstance(resting, Still) else []
    circumstances = Circumstances(
        manifest_md5=after.manifest_md5,
        published=after.published.etag,
        serial=resources.known(style).serial,
        header=survey.manifest.header,
        nested=tuple(sorted(survey.scope.nested)),
    )
    new = dict(_agreed(observation, after))
    if not gone and not new and circumstances == roll.known.circumstances:
        return
    known = remember(
        roll.known,
        roll.paths,
        gone=frozenset(gone),
        new=new,
        circumstances=circumstances,
        aside={
            path: memory
            for path, memory in _all_remembered(survey, after).items()
            if path not in new
        },
    )
    resources.cache.remember_in_step(
        style.manifest.remote, __version__, resources.whose(style), known
    )


def _agreed(observation: Observation, after: After) -> Iterator[tuple[str, Agreed]]:
    """The files of those that were looked at that both sides, lines and memory agree on.

    Not an empty file that is no caption: a folder marker on S3 looks like one.
    """
    survey, digests, lines = observation.survey, observation.folder.digests, after.settlement.lines
    announced = after.published.manifest.lines if after.published.manifest is not None else None
    written = {
        outcome.change.path: outcome
        for outcome in after.outcomes
        if outcome.change.side is Side.LOCAL or not outcome.status.holds
    }
    objects = _objects(survey, after)
    for path, entry in survey.folder.moving.items():
        content, digest = entry.content, digests.get(path)
        if digest is None or not digest.trusted or path in written:
            continue
        etag = objects.get(path, (None, ""))
        if etag[0] != content or lines.get(path) != content:
            continue
        seen = content if announced is not None else None
        if announced is not None and announced.get(path) != content:
            continue
        if _memory(survey, after, path) != Memory(content, content, seen):
            continue
        if content.size == 0 and survey.scope.role(path) is not Role.CAPTION:
            continue
        yield path, Agreed(content, digest.stamp, etag[1])


def _objects(survey: Survey, after: After) -> dict[str, tuple[Content | None, str]]:
    """What S3 holds now, and its ETag, of the objects that were looked at or written."""
    held: dict[str, tuple[Content | None, str]] = {
        path: (entry.content, entry.stamp.etag)
        for path, entry in survey.bucket.moving.items()
        if isinstance(entry.stamp, ObjectStamp)
    }
    for outcome in after.outcomes:
        if outcome.change.side is Side.S3:
            stamp = outcome.stamp
            known = isinstance(stamp, ObjectStamp) and outcome.status.holds
            etag = stamp.etag if isinstance(stamp, ObjectStamp) else ""
            held[outcome.change.path] = (outcome.change.after if known else None, etag)
    return held


def _all_remembered(survey: Survey, after: After) -> dict[str, Memory]:
    """The memory of every path that has one, or a line, but for those that rest."""
    announced = after.published.manifest
    named = {*survey.memory, *after.settlement.moved, *survey.folder.moving, *survey.bucket.moving}
    if not survey.resting:
        named.update(after.settlement.lines, announced.lines if announced is not None else ())
    return {path: _memory(survey, after, path) for path in named}


def _memory(survey: Survey, after: After, path: str) -> Memory:
    moved = after.settlement.moved.get(path)
    return moved if moved is not None else survey.memory.get(path, BLANK)
