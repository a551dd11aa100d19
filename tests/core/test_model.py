"""Random histories of several workspaces and one bucket, and what must hold in all of them.

Beside what the workspaces remember, the model keeps what really was: which contents each folder
ever held, what each folder and S3 really had in common, and what each folder really followed.
"""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from manifest_sync.core.content import Content, Side
from manifest_sync.core.memory import BLANK
from manifest_sync.core.plan import Options
from manifest_sync.core.publishing import lines_to_publish
from manifest_sync.core.reconcile import Reason, Verb
from manifest_sync.core.scope import Role
from manifest_sync.core.settle import settle, settle_record
from tests.builders import plan
from tests.core import worlds
from tests.core.worlds import DELETE, MIRROR, Bucket, Run, Workspace
from tests.strategies import contents

PATHS = ("a.png", "a.txt", "b.png", "x/a.png")
CHOSEN = {Reason.OVERWRITE, Reason.TAKE}

paths = st.sampled_from(PATHS)
flags = st.builds(Options, delete=st.booleans(), overwrite=st.sampled_from([False, False, True]))
failing = st.just(frozenset[str]()) | st.frozensets(paths, max_size=2)
whos = st.integers(0, 2)

Spot = tuple[str, Content]


class Truth:
    """What really happened to one folder, whatever its state.db says."""

    def __init__(self) -> None:
        self.held: set[Spot] = set()
        """Every content that was ever at a path of the folder."""
        self.met: set[Spot] = set()
        """Every content that folder and S3 were seen to have in common."""
        self.followed: dict[str, Content] = {}
        """What folder and published manifest had in common, as long as the folder keeps it."""

    def note_folder(self, files: dict[str, Content]) -> None:
        self.held |= files.items()
        kept = self.followed.items() & files.items()
        self.followed = dict(kept)

    def note_run(self, done: Run) -> None:
        """What a run saw and did."""
        folder = {path: entry.content for path, entry in done.survey.folder.entries.items()}
        bucket = {path: entry.content for path, entry in done.survey.bucket.entries.items()}
        self.met |= folder.items() & bucket.items()
        failed = {each.change.path for each in done.outcomes if not each.status.holds}
        for outcome in done.outcomes:
            if outcome.status.holds and outcome.change.after is not None:
                after = outcome.change.after
                folder[outcome.change.path] = bucket[outcome.change.path] = after
                self.met.add((outcome.change.path, after))
        published = done.published.lines if done.published is not None else {}
        picked = {p for p in folder if done.survey.selection.picks(done.survey.scope, p)}
        for path in picked - failed:
            if folder[path] == published.get(path):
                self.followed[path] = folder[path]


class Histories(RuleBasedStateMachine):
    """Everything people do to a style, in any order."""

    publishes = True

    def __init__(self) -> None:
        super().__init__()
        self.bucket = Bucket(publishes=self.publishes)
        self.workspaces: list[Workspace] = []
        self.truths: dict[int, Truth] = {}
        self.begun: dict[int, Run] = {}
        self.snapshots: list[dict[str, Content]] = [{}]

    @initialize(count=st.integers(2, 3), there=st.dictionaries(paths, contents, max_size=3))
    def begin(self, count: int, there: dict[str, Content]) -> None:
        self.bucket.objects = there
        self.workspaces = [Workspace(self.bucket) for _ in range(count)]
        self.truths = {id(workspace): Truth() for workspace in self.workspaces}

    # What people do.

    @rule(who=whos, path=paths, held=contents)
    def edit(self, who: int, path: str, held: Content) -> None:
        self.of(who).files[path] = held

    @rule(who=whos, path=paths)
    def delete(self, who: int, path: str) -> None:
        self.of(who).files.pop(path, None)

    @rule(who=whos, source=paths, to=paths)
    def rename(self, who: int, source: str, to: str) -> None:
        files = self.of(who).files
        if source in files:
            files[to] = files.pop(source)

    @rule(path=paths, held=contents | st.none())
    def out_of_band(self, path: str, held: Content | None) -> None:
        if held is None:
            self.bucket.objects.pop(path, None)
        else:
            self.bucket.objects[path] = held

    @rule(who=whos)
    def record(self, who: int) -> None:
        workspace = self.idle(who)
        workspace.record()
        self.snapshots.append(dict(workspace.lines))
        assert not workspace.record()

    @rule(who=whos, which=st.integers(0, 20))
    def git_checkout(self, who: int, which: int) -> None:
        self.idle(who).lines = dict(self.snapshots[which % len(self.snapshots)])

    @rule(who=whos)
    def lose_memory(self, who: int) -> None:
        workspace = self.idle(who)
        workspace.forget()
        self.truths[id(workspace)].followed.clear()

    @rule(who=whos, path=paths)
    def lock_or_unlock(self, who: int, path: str) -> None:
        self.idle(who).locked ^= {path}

    @rule(who=whos, options=flags, fails=failing)
    def push(self, who: int, options: Options, fails: frozenset[str]) -> None:
        self.run_whole(who, Verb.PUSH, Side.S3, options, fails)

    @rule(who=whos, options=flags, fails=failing)
    def pull(self, who: int, options: Options, fails: frozenset[str]) -> None:
        self.run_whole(who, Verb.PULL, Side.LOCAL, options, fails)

    @rule(who=whos, to=st.sampled_from(Side), options=flags, fails=failing)
    def apply(self, who: int, to: Side, options: Options, fails: frozenset[str]) -> None:
        self.run_whole(who, Verb.APPLY, to, options, fails)

    @rule(who=whos, path=paths, side=st.sampled_from(Side), push=st.booleans())
    def take(self, who: int, path: str, side: Side, *, push: bool) -> None:
        verb, to = (Verb.PUSH, Side.S3) if push else (Verb.PULL, Side.LOCAL)
        self.run_whole(who, verb, to, Options(take={path: side}))

    @rule(who=whos, only=st.sampled_from([Role.IMAGE, Role.CAPTION]), push=st.booleans())
    def sync_only(self, who: int, only: Role, *, push: bool) -> None:
        verb, to = (Verb.PUSH, Side.S3) if push else (Verb.PULL, Side.LOCAL)
        self.run_whole(who, verb, to, Options(only=only))

    @rule(who=whos, options=flags)
    def begin_push(self, who: int, options: Options) -> None:
        self.begin_run(self.idle(who), Verb.PUSH, Side.S3, options)

    @precondition(lambda self: bool(self.begun))
    @rule(which=st.integers(0, 2), fails=failing)
    def finish_push(self, which: int, fails: frozenset[str]) -> None:
        under_way = [each for each in self.workspaces if id(each) in self.begun]
        self.finish_run(under_way[which % len(under_way)], fails)

    # How a run goes.

    def of(self, who: int) -> Workspace:
        return self.workspaces[who % len(self.workspaces)]

    def idle(self, who: int) -> Workspace:
        """That workspace, when its push that is under way is finished."""
        workspace = self.of(who)
        if id(workspace) in self.begun:
            self.finish_run(workspace)
        return workspace

    def run_whole(
        self,
        who: int,
        verb: Verb,
        to: Side,
        options: Options,
        fails: frozenset[str] = frozenset(),
    ) -> None:
        workspace = self.idle(who)
        other = self.bucket.objects if to is Side.LOCAL else workspace.files
        before = dict(other)
        self.begin_run(workspace, verb, to, options)
        done = self.finish_run(workspace, fails)
        assert other == before, "the other side changed"
        self.check_again(workspace, done)

    def begin_run(self, workspace: Workspace, verb: Verb, to: Side, options: Options) -> None:
        announced = dict(self.bucket.published or {})
        self.truths[id(workspace)].note_folder(workspace.files)
        begun = workspace.begin(verb, to, options)
        self.begun[id(workspace)] = begun
        for change in begun.plan.changes:
            assert change.after is not None or options.delete or change.path in options.take
            assert change.path not in workspace.locked
        self.check_reasons(begun, self.truths[id(workspace)])
        if to is Side.S3:
            said = lines_to_publish(begun.survey, begun.plan)
            assert said == worlds.lines_to_publish(begun.survey, begun.plan)
        if self.publishes and to is Side.S3:
            self.check_nobody_is_undone(begun, announced, self.truths[id(workspace)])
            self.check_published(begun, announced)

    def finish_run(self, workspace: Workspace, fails: frozenset[str] = frozenset()) -> Run:
        done = workspace.finish(self.begun.pop(id(workspace)), fails=fails)
        truth = self.truths[id(workspace)]
        truth.note_run(done)
        truth.note_folder(workspace.files)
        self.snapshots.append(dict(workspace.lines))
        return done

    # What must hold.

    @staticmethod
    def check_reasons(begun: Run, truth: Truth) -> None:
        """A plain reason says that what goes was really common once."""
        for change in begun.plan.changes:
            if change.before is None or change.reason not in (Reason.MODIFIED, Reason.DELETED):
                continue
            there = begun.survey.side(begun.plan.to.other).content(change.path)
            assert (change.path, change.before) in truth.met or there == change.before

    @staticmethod
    def check_nobody_is_undone(begun: Run, announced: dict[str, Content], truth: Truth) -> None:
        """A push neither replaces what it never had, nor brings back what it did not change."""
        for change in begun.plan.changes:
            said = announced.get(change.path)
            if change.reason in CHOSEN:
                continue
            if change.before is not None and change.before == said:
                assert (change.path, said) in truth.held, "published by others and never here"
            if begun.plan.basis.verb is Verb.PUSH and change.before is said is None:
                followed = truth.followed.get(change.path)
                assert change.after != followed, "deleted by others and not changed here"

    def check_published(self, begun: Run, announced: dict[str, Content]) -> None:
        """Published is what the plan will bring, and what was left alone stays."""
        published = self.bucket.published or {}
        made = begun.plan
        if not made.changes:
            assert published == announced
        for change in made.changes:
            assert published.get(change.path) == change.after
        alone = {*made.withheld, *made.taken_in, *(found.path for found in made.problems)}
        alone |= {conflict.path for conflict in made.conflicts}
        for path in alone:
            assert published.get(path) == announced.get(path)

    def check_again(self, workspace: Workspace, done: Run) -> None:
        """The same command has only what failed left to do, and record has nothing to say."""
        basis = done.plan.basis
        known = workspace.survey(basis.verb, done.survey.selection)
        rest = plan(known, basis.verb, done.plan.to, basis.options)
        failed = {each.change.path for each in done.outcomes if not each.status.holds}
        assert {change.path for change in rest.changes} <= failed
        assert not failed or rest.changes, "what failed is still to do"
        if basis.verb is Verb.APPLY:
            return
        recorded = workspace.survey(None, done.survey.selection)
        assert recorded.lines == workspace.lines
        assert settle_record(recorded) == {}
        again = settle(known, basis.verb, [], known.published)
        if not failed:
            assert again.lines == workspace.lines
            assert again.moved == {}

    @invariant()
    def nothing_blank_is_remembered(self) -> None:
        for workspace in self.workspaces:
            assert BLANK not in workspace.memory.values()

    def teardown(self) -> None:
        """Left alone, everybody pushes and pulls until there is nothing to do; then all agree.

        Where nobody publishes that need not be so: a file that one has and another deleted goes
        and comes.
        """
        if not self.publishes:
            return
        for number, workspace in enumerate(self.workspaces):
            self.idle(number)
            workspace.locked.clear()
        for options in (DELETE, MIRROR):
            for _ in range(len(self.workspaces) + 1):
                for number in range(len(self.workspaces)):
                    self.run_whole(number, Verb.PUSH, Side.S3, options)
                    self.run_whole(number, Verb.PULL, Side.LOCAL, options)
            for workspace in self.workspaces:
                for verb in (Verb.PUSH, Verb.PULL):
                    assert not plan(workspace.survey(verb), verb, options=options).changes
        for workspace in self.workspaces:
            assert workspace.files == workspace.lines == self.bucket.objects


class UnpublishedHistories(Histories):
    """The same on a bucket where nobody publishes: then nothing is ever unseen."""

    publishes = False


@pytest.mark.hypothesis
def test_histories() -> None:
    run_state_machine_as_test(Histories, settings=settings(stateful_step_count=25))


@pytest.mark.hypothesis
def test_histories_without_published_manifests() -> None:
    run_state_machine_as_test(UnpublishedHistories, settings=settings(stateful_step_count=25))
