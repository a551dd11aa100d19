"""Workspaces and a bucket as dictionaries, and the commands on them.

Everything is decided by the real core: record, facts, make_plan, settle. What is here instead of
the engine is only the carrying out, which is strict: a change whose precondition does not hold, or
whose source does not hold the bytes at that moment, does not happen. The lines that a push
publishes are those of "Published lines" in the design, word by word.
"""

import itertools
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from manifest_sync.core.clashes import twins
from manifest_sync.core.content import Content, Side
from manifest_sync.core.listing import Problem, Shadow, self_and_parents
from manifest_sync.core.manifest import Header, Manifest
from manifest_sync.core.memory import BLANK, Memory
from manifest_sync.core.outcome import Outcome, Status
from manifest_sync.core.plan import Change, Options, StylePlan
from manifest_sync.core.reconcile import Verb
from manifest_sync.core.record import Lines, record
from manifest_sync.core.scope import Scope
from manifest_sync.core.selection import EVERYTHING, Selection
from manifest_sync.core.settle import Settlement, settle, settle_record
from manifest_sync.core.stamps import Stamp
from manifest_sync.core.survey import Survey, facts
from tests.builders import (
    Short,
    bucket,
    contents,
    file_stamp,
    folder,
    gist,
    manifest,
    object_stamp,
    problem,
    short,
)
from tests.builders import plan as plan_of

NO_FLAGS = Options()
DELETE = Options(delete=True)
OVERWRITE = Options(overwrite=True)
MIRROR = Options(delete=True, overwrite=True)


@dataclass
class Bucket:
    """One prefix on S3."""

    objects: dict[str, Content] = field(default_factory=dict)
    published: dict[str, Content] | None = None
    publishes: bool = True
    """Whether pushes publish their lines; without, nothing is ever unseen."""

    def put(self, text: str) -> None:
        """Objects that come out of band."""
        self.objects |= contents(text)

    def drop(self, *paths: str) -> None:
        """Objects that go out of band."""
        for path in paths:
            del self.objects[path]

    def __str__(self) -> str:
        return short(self.objects)


@dataclass(frozen=True)
class Run:
    """What one command saw, planned, published and did."""

    survey: Survey
    plan: StylePlan
    published: Manifest | None
    outcomes: tuple[Outcome, ...] = ()
    settlement: Settlement | None = None

    def __str__(self) -> str:
        return gist(self.plan)

    def __eq__(self, other: object) -> bool:
        return str(self) == other if isinstance(other, str) else self is other

    __hash__ = object.__hash__


@dataclass
class Workspace:
    """One folder, its manifest's lines, and what it remembers."""

    bucket: Bucket
    files: dict[str, Content] = field(default_factory=dict)
    lines: dict[str, Content] = field(default_factory=dict)
    memory: dict[str, Memory] = field(default_factory=dict)
    header: Header = Header()
    locked: set[str] = field(default_factory=set)
    """Paths that cannot be read."""
    names_fold: bool = False

    def edit(self, text: str) -> None:
        """Write files."""
        self.files |= contents(text)

    def delete(self, *paths: str) -> None:
        """Delete files."""
        for path in paths:
            del self.files[path]

    def checkout(self, text: Short) -> None:
        """Git brings other lines."""
        self.lines = contents(text)

    def forget(self) -> None:
        """state.db is lost."""
        self.memory = {}

    @property
    def manifest(self) -> str:
        """The lines, in short."""
        return short(self.lines)

    @property
    def held(self) -> str:
        """The folder, in short."""
        return short(self.files)

    def problems(self) -> list[Problem]:
        """What cannot be read."""
        return [problem(path) for path in sorted(self.locked)]

    def survey(self, verb: Verb | None, selection: Selection = EVERYTHING) -> Survey:
        """Everything that is known now; lines as after `record`, except for apply."""
        scope = Scope(self.header)
        shadow = Shadow(self.problems())
        seen = {p: c for p, c in self.files.items() if scope.holds(p) and not shadow.over(p)}
        listed = folder(seen, self.problems())
        lines: Lines = self.lines
        if verb is not Verb.APPLY:
            lines = record(scope, listed, lines, self.memory, selection)
        published = self.bucket.published
        return Survey(
            manifest=manifest(self.lines, header=self.header),
            manifest_md5="0" * 32,
            lines=lines,
            scope=scope,
            folder=listed,
            bucket=bucket({p: c for p, c in self.bucket.objects.items() if scope.holds(p)}),
            memory=dict(self.memory),
            published=None if published is None else manifest(published, header=self.header),
            selection=selection,
            names_fold=self.names_fold,
        )

    def record(self) -> bool:
        """The command; whether it changed anything."""
        seen = self.survey(None)
        before = dict(self.lines), dict(self.memory)
        self.lines = dict(seen.lines)
        self._remember(settle_record(seen))
        return before != (self.lines, self.memory)

    def push(self, options: Options = NO_FLAGS, *, fails: Collection[str] = ()) -> Run:
        """Sync to S3."""
        return self.finish(self.begin(Verb.PUSH, options=options), fails=fails)

    def pull(self, options: Options = NO_FLAGS, *, fails: Collection[str] = ()) -> Run:
        """Sync from S3."""
        return self.finish(self.begin(Verb.PULL, options=options), fails=fails)

    def apply(self, to: Side, options: Options = NO_FLAGS, *, fails: Collection[str] = ()) -> Run:
        """Make one side what the manifest says."""
        return self.finish(self.begin(Verb.APPLY, to, options), fails=fails)

    def begin(self, verb: Verb, to: Side | None = None, options: Options = NO_FLAGS) -> Run:
        """Survey, plan and publish; no object and no file is touched yet."""
        seen = self.survey(verb, Selection(only=options.only))
        made = plan_of(seen, verb, to, options)
        published = seen.published
        if self.bucket.publishes and made.to is Side.S3 and made.changes:
            published = manifest(lines_to_publish(seen, made), header=self.header)
            self.bucket.published = dict(published.lines)
        return Run(seen, made, published)

    def finish(self, begun: Run, *, fails: Collection[str] = (), backwards: bool = False) -> Run:
        """Carry the changes out and settle."""
        verb = begun.plan.basis.verb
        outcomes = carry_out(
            begun.plan, self.files, self.bucket.objects, fails=fails, backwards=backwards
        )
        settled = settle(begun.survey, verb, outcomes, begun.published)
        if verb is not Verb.APPLY:
            self.lines = dict(settled.lines)
        self._remember(settled.moved)
        return Run(begun.survey, begun.plan, begun.published, outcomes, settled)

    def _remember(self, moved: Mapping[str, Memory]) -> None:
        self.memory |= moved
        self.memory = {path: known for path, known in self.memory.items() if known != BLANK}


def lines_to_publish(seen: Survey, made: StylePlan) -> dict[str, Content]:
    """The published lines of a push or an apply to S3."""
    before = seen.published.lines if seen.published is not None else {}
    after: dict[str, Content | None] = {p: c for p, c in before.items() if seen.scope.holds(p)}
    for case in facts(seen, made.basis.verb, Side.S3):
        if case.target == case.desired and not case.unseen:
            after[case.path] = case.desired
    shadow = Shadow(seen.problems)
    for path, said in before.items():
        held = seen.side(Side.LOCAL).content(path), seen.side(Side.S3).content(path)
        nowhere = held == (None, None) and path not in seen.lines
        followed = seen.memory.get(path, BLANK).seen == said
        about = seen.selection.picks(seen.scope, path) and not shadow.over(path)
        if nowhere and followed and about:
            after[path] = None
    after |= {change.path: change.after for change in made.changes}
    return {path: said for path, said in after.items() if said is not None}


def carry_out(
    made: StylePlan,
    files: dict[str, Content],
    objects: dict[str, Content],
    *,
    fails: Collection[str] = (),
    backwards: bool = False,
) -> tuple[Outcome, ...]:
    """Writes first, then deletions, unless something failed or hides content."""
    sides = {Side.LOCAL: files, Side.S3: objects}
    writes = [change for change in made.changes if change.after is not None]
    outcomes = [
        _make(change, sides, failing=change.path in fails)
        for change in (reversed(writes) if backwards else writes)
    ]
    withheld = made.hides_content or any(not outcome.status.holds for outcome in outcomes)
    for change in made.deletes:
        if withheld:
            outcomes.append(Outcome(change, Status.SKIPPED))
        else:
            outcomes.append(_make(change, sides, failing=change.path in fails))
    return tuple(outcomes)


def _make(change: Change, sides: Mapping[Side, dict[str, Content]], *, failing: bool) -> Outcome:
    files = sides[change.side]
    if failing:
        return Outcome(change, Status.FAILED, error="made to fail")
    if files.get(change.path) == change.after:
        return Outcome(change, Status.ALREADY, stamp=_stamp(change))
    if files.get(change.path) != change.before:
        return Outcome(change, Status.MOVED)
    if change.after is None:
        del files[change.path]
        return Outcome(change, Status.DONE)
    assert change.source is not None
    if sides[change.source.side].get(change.source.path) != change.after:
        return Outcome(change, Status.MOVED, error="the source is gone")
    if change.side is Side.LOCAL and not _has_room(files, change.path):
        return Outcome(change, Status.FAILED, error="is a folder, or has a file above it")
    files[change.path] = change.after
    return Outcome(change, Status.DONE, stamp=_stamp(change))


def _has_room(files: Iterable[str], path: str) -> bool:
    above = set(itertools.islice(self_and_parents(path), 1, None))
    return not any(other in above or other.startswith(path + "/") for other in files)


def merges(files: Iterable[str]) -> bool:
    """Whether a folder that is blind to case and composition would merge some of these."""
    return bool(twins(files))


def _stamp(change: Change) -> Stamp | None:
    if change.after is None:
        return None
    return object_stamp(change.after) if change.side is Side.S3 else file_stamp(change.after)


def team(text: str = "", workspaces: int = 2, *, publishes: bool = True) -> list[Workspace]:
    """Workspaces in step with one bucket: the first pushed, the others pulled."""
    shared = Bucket(publishes=publishes)
    members = [Workspace(shared) for _ in range(workspaces)]
    members[0].edit(text)
    members[0].push()
    for member in members[1:]:
        member.pull()
    return members
