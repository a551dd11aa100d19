"""What is known to be in step is not looked at again, and that changes no decision."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from manifest_sync.core.content import Side
from manifest_sync.core.errors import StalePlan, Transient, UsageProblem
from manifest_sync.core.in_step import NONE_IN_STEP
from manifest_sync.core.manifest import MANIFEST_NAME
from manifest_sync.core.plan import Options, StylePlan
from manifest_sync.core.publishing import to_publish
from manifest_sync.core.reconcile import Verb
from manifest_sync.core.selection import EVERYTHING, Selection
from manifest_sync.core.settle import settle
from manifest_sync.engine.retrying import retrying
from manifest_sync.state.cache import Cache
from manifest_sync.stores.base import Request
from manifest_sync.stores.faulty import Call, Fault, Harm
from manifest_sync.stores.memory import MemoryStore
from manifest_sync.workspace.observing import Observer
from manifest_sync.workspace.planning import plan_style, renew_plan
from manifest_sync.workspace.runs import Planned
from manifest_sync.workspace.styles import Style, load_style
from tests.engine.world import Clock
from tests.workspace.members import FOLDER, Member
from tests.workspace.witness import Witness

PATHS = ("a.png", "a.txt", "b.png", "c/d.jpg", "c/d.txt", "c-e.png")
WAYS = (
    (Verb.PUSH, Side.S3),
    (Verb.PULL, Side.LOCAL),
    (Verb.APPLY, Side.S3),
    (Verb.APPLY, Side.LOCAL),
)
FREE = Options(
    delete=True,
    max_delete="100%",
    allow_empty=True,
    allow_unrelated=True,
    allow_rewrite=True,
)
RUNS = (*((way, FREE) for way in WAYS), (WAYS[0], Options()))


class Pair:
    """A workspace that is tried, and another that moves things on S3."""

    def __init__(self, folder: Path, *, opaque: bool = False) -> None:
        self.clock = Clock()
        self.asked: list[Request] = []
        """What S3 was asked for."""
        self.witness = Witness(
            MemoryStore(
                Side.S3,
                opaque_etags=opaque,
                on_request=lambda kind, _: self.asked.append(kind),
            )
        )
        self.mine = Member(folder / "mine", self.witness, self.clock)
        self.theirs = Member(folder / "theirs", self.witness, self.clock)
        self.old = [self.mine.manifest]

    def run(self, member: Member, way: tuple[Verb, Side], options: Options = FREE) -> None:
        if member is self.mine:
            self.old.append(member.manifest)
        done = member.begin(*way, options).finish()
        assert done.error is None, done.error

    def edit(self, member: Member, path: str, data: bytes | None) -> None:
        self.clock.wait()
        member.edit(path, data)

    def on_s3(self, path: str, data: bytes | None) -> None:
        bucket = self.witness.bucket
        if data is not None:
            bucket.put_out_of_band(path, data)
        elif bucket.bytes_at(path) is not None:
            bucket.drop_out_of_band(path)

    def plan(self, way: tuple[Verb, Side], options: Options, chosen: Selection) -> Planned:
        """The plan of a dry run, once the machine has forgotten the last run."""
        observer, style = self._observed(way)
        return plan_style(
            observer, style, verb=way[0], to=way[1], options=options, selection=chosen
        )

    def renewed(self, plan: StylePlan) -> object:
        """What is left of a saved plan, or why it is refused."""
        observer, style = self._observed((plan.basis.verb, plan.to))
        try:
            planned = renew_plan(observer, style, plan)
        except StalePlan as error:
            return str(error)
        return planned.plan, planned.already

    def _observed(self, way: tuple[Verb, Side]) -> tuple[Observer, Style]:
        run = self.mine.begin(*way, FREE)
        run.strand.kill()
        run.is_free = True
        style = load_style(self.mine.root, self.mine.root / FOLDER)
        return Observer(self.mine.resources, lambda: False), style


data = st.sampled_from([None, b"1", b"2", b"22"])
edits = st.tuples(st.just("edit"), st.sampled_from(PATHS), data)
steps = st.one_of(
    edits,
    edits,
    st.tuples(st.just("their edit"), st.sampled_from(PATHS), data),
    st.tuples(st.just("on s3"), st.sampled_from(PATHS), data),
    st.tuples(st.just("run"), st.sampled_from(RUNS), st.none()),
    st.tuples(st.just("run"), st.sampled_from(RUNS), st.none()),
    st.tuples(st.just("their run"), st.sampled_from(RUNS[:2]), st.none()),
    st.tuples(st.just("record"), st.none(), st.none()),
    st.tuples(st.just("git"), st.integers(0, 5), st.none()),
    st.tuples(st.just("ignore"), st.sampled_from(["*.txt", "c/", "b.png"]), st.none()),
    st.tuples(st.just("nested"), st.none(), st.none()),
)


def take(pair: Pair, step: tuple[str, object, object]) -> None:
    """One thing that happens."""
    kind, what, how = step
    if kind in {"edit", "their edit"}:
        member = pair.mine if kind == "edit" else pair.theirs
        pair.edit(member, str(what), how if isinstance(how, bytes) else None)
    elif kind == "on s3":
        pair.on_s3(str(what), how if isinstance(how, bytes) else None)
    elif kind in {"run", "their run"}:
        assert isinstance(what, tuple)
        pair.run(pair.mine if kind == "run" else pair.theirs, *what)
    elif kind == "record":
        pair.mine.record()
    elif kind == "git":
        assert isinstance(what, int)
        pair.mine.manifest = pair.old[what % len(pair.old)]
    elif kind == "ignore":
        document = msgspec.json.decode(pair.mine.manifest)
        document["ignore"] = [what]
        pair.mine.manifest = msgspec.json.encode(document)
    else:
        pair.edit(pair.mine, "c/" + MANIFEST_NAME, b"{}")
        pair.witness.nested = frozenset({"c"})


def known(planned: Planned, *, opaque: bool = False) -> object:
    """All that comes of a plan: itself, what it would publish, and what would be remembered."""
    survey, plan = planned.observation.survey, planned.plan
    options = msgspec.structs.replace(plan.basis.options, refresh=True)
    basis = msgspec.structs.replace(plan.basis, made_at="", serial=0, options=options)
    settled = settle(survey, plan.basis.verb, (), survey.published)
    said = to_publish(survey, plan) if plan.to is Side.S3 else survey.manifest
    return (
        msgspec.structs.replace(plan, basis=basis),
        (dict(settled.lines), list(settled.lines), settled.moved),
        (dict(said.lines), list(said.lines), said.header),
        # An ETag of what is in step is in the cache, if `apply` has not put it into the manifest.
        None if opaque else (dict(settled.etags), dict(said.etags)),
    )


@settings(max_examples=100, deadline=None)
@given(
    history=st.lists(steps, min_size=2, max_size=12),
    last=st.lists(steps, max_size=3),
    chosen=st.sampled_from([None, "a.png"]),
    plain=st.booleans(),
)
def test_plans_are_the_same_whether_what_is_in_step_was_looked_at_or_not(
    history: list[tuple[str, object, object]],
    last: list[tuple[str, object, object]],
    chosen: str | None,
    plain: bool,
) -> None:
    selection = EVERYTHING if chosen is None else Selection(paths=frozenset([chosen, "c/d.txt"]))
    with TemporaryDirectory() as folder:
        pair = Pair(Path(folder))
        for path in PATHS[:4]:
            pair.edit(pair.mine, path, b"0")
            if plain:  # a bucket to which nobody has pushed
                pair.on_s3(path, b"0")
        run = ("run", RUNS[1] if plain else RUNS[0], None)
        for step in [run, *history, run, *last]:
            take(pair, step)
        for way, options in RUNS:
            quick = pair.plan(way, options, selection)
            event(f"{min(len(quick.observation.survey.resting), 1)} rests")
            with looking_at_all():
                whole = pair.plan(way, options, selection)
            assert not whole.observation.survey.resting
            assert known(quick) == known(whole)


@settings(max_examples=60, deadline=None)
@given(
    history=st.lists(steps, max_size=8),
    change=edits,
    way=st.sampled_from(WAYS),
    meanwhile=st.lists(steps, max_size=3),
)
def test_a_saved_plan_is_renewed_alike_whether_what_is_in_step_was_looked_at_or_not(
    history: list[tuple[str, object, object]],
    change: tuple[str, object, object],
    way: tuple[Verb, Side],
    meanwhile: list[tuple[str, object, object]],
) -> None:
    with TemporaryDirectory() as folder:
        pair = Pair(Path(folder))
        for path in PATHS[:4]:
            pair.edit(pair.mine, path, b"0")
        run = ("run", RUNS[0], None)
        for step in [run, *history, run, change]:
            take(pair, step)
        plan = pair.plan(way, FREE, EVERYTHING).plan
        for step in meanwhile:
            take(pair, step)
        quick = pair.renewed(plan)
        with looking_at_all():
            assert quick == pair.renewed(plan)
        event("stale" if isinstance(quick, str) else f"{len(plan.changes)} changes")


here = st.one_of(
    edits,
    edits,
    st.tuples(st.just("record"), st.none(), st.none()),
    st.tuples(st.just("git"), st.integers(0, 5), st.none()),
)


@settings(max_examples=100, deadline=None)
@given(
    history=st.lists(steps, max_size=8),
    last=st.lists(here, min_size=1, max_size=6),
    plain=st.booleans(),
    opaque=st.booleans(),
)
def test_plans_are_the_same_whether_s3_was_listed_or_not_where_nothing_moved_there(
    history: list[tuple[str, object, object]],
    last: list[tuple[str, object, object]],
    plain: bool,
    opaque: bool,
) -> None:
    with TemporaryDirectory() as folder:
        pair = Pair(Path(folder), opaque=opaque)
        for path in PATHS[:4]:
            pair.edit(pair.mine, path, b"0")
            if plain:
                pair.on_s3(path, b"0")
        run = ("run", RUNS[1] if plain else RUNS[0], None)
        for step in [run, *history, run]:
            take(pair, step)
        scope = pair.mine.ignored
        for step in last:
            take(pair, step)
        assume(pair.mine.ignored == scope)
        for way, options in RUNS:
            unlisted = msgspec.structs.replace(options, refresh=False)
            pair.asked.clear()
            quick = pair.plan(way, unlisted, EVERYTHING)
            assert not pair.asked
            event(f"{min(len(quick.observation.survey.resting), 1)} rests")
            with looking_at_all():
                whole = pair.plan(way, options, EVERYTHING)
            assert known(quick, opaque=opaque) == known(whole, opaque=opaque)


@contextmanager
def looking_at_all() -> Iterator[None]:
    """While nothing is known to be in step."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Cache, "in_step", lambda *_: NONE_IN_STEP)
        yield


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    """Six files, pushed."""
    made = Pair(tmp_path)
    for path in PATHS:
        made.edit(made.mine, path, b"0")
    made.run(made.mine, WAYS[0])
    return made


def moving(pair: Pair, way: tuple[Verb, Side] = WAYS[0]) -> set[str]:
    """The paths that a push, or another run, looks at."""
    survey = pair.plan(way, FREE, EVERYTHING).observation.survey
    assert len(survey.folder.entries) == len(set(survey.folder.entries))
    return {*survey.folder.moving, *survey.bucket.moving, *survey.memory}


def test_after_a_push_nothing_is_looked_at(pair: Pair) -> None:
    assert moving(pair) == set()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda pair: pair.edit(pair.mine, "a.png", b"1"), id="edited"),
        pytest.param(lambda pair: pair.edit(pair.mine, "a.png", b"0"), id="touched"),
        pytest.param(lambda pair: pair.edit(pair.mine, "a.png", None), id="deleted"),
        pytest.param(lambda pair: pair.on_s3("a.png", b"1"), id="replaced on S3"),
        pytest.param(lambda pair: pair.on_s3("a.png", None), id="deleted on S3"),
    ],
)
def test_one_that_changes_on_either_side_is_all_that_is_looked_at(
    pair: Pair, change: Callable[[Pair], None]
) -> None:
    change(pair)
    assert moving(pair) == {"a.png"}


def test_after_a_record_only_what_it_recorded_is_looked_at(pair: Pair) -> None:
    pair.edit(pair.mine, "a.png", b"1")
    pair.edit(pair.mine, "b.png", None)
    pair.edit(pair.mine, "new.png", b"1")
    pair.mine.record()
    assert moving(pair) == {"a.png", "b.png", "new.png"}
    pair.edit(pair.mine, "a.txt", b"2")
    pair.mine.record()
    assert moving(pair) == {"a.png", "a.txt", "b.png", "new.png"}
    pair.run(pair.mine, WAYS[2])
    assert moving(pair) == set()


def test_another_scope_has_to_be_listed(pair: Pair) -> None:
    """Whether S3 holds what was ignored before is not remembered."""
    unlisted = msgspec.structs.replace(FREE, refresh=False)
    assert pair.plan(WAYS[0], unlisted, EVERYTHING).plan.changes == ()
    take(pair, ("ignore", "*.txt", None))
    with pytest.raises(UsageProblem, match="Which files belong to “16” has changed"):
        pair.plan(WAYS[0], unlisted, EVERYTHING)


def test_an_object_that_could_not_be_replaced_is_not_forgotten(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrying, "sleep", lambda _: None)
    pair.edit(pair.mine, "a.png", b"1")
    failing = Fault(Call.WRITE, Harm.BEFORE, "a.png", Transient("no answer"), times=99)
    done = pair.mine.begin(*WAYS[0], FREE, {Side.S3: [failing]}).finish()
    assert done.error is None
    plan = pair.plan(WAYS[0], msgspec.structs.replace(FREE, refresh=False), EVERYTHING).plan
    assert [(each.path, each.before is None) for each in plan.changes] == [("a.png", False)]


def test_an_etag_that_only_the_manifest_told_of_is_known_after_a_record(tmp_path: Path) -> None:
    pair = Pair(tmp_path, opaque=True)
    pair.edit(pair.theirs, "a.png", b"0")
    pair.edit(pair.theirs, "b.png", b"0")
    pair.run(pair.theirs, WAYS[0])
    pair.mine.manifest = pair.theirs.manifest
    pair.run(pair.mine, WAYS[3])
    pair.run(pair.mine, WAYS[0])
    pair.edit(pair.mine, "a.png", b"1")
    pair.mine.record()
    pair.asked.clear()
    unlisted = msgspec.structs.replace(FREE, refresh=False)
    plan = pair.plan(WAYS[2], unlisted, EVERYTHING).plan
    assert [change.path for change in plan.changes] == ["a.png"]
    assert not pair.asked


def test_what_was_touched_is_not_looked_at_after_a_record(pair: Pair) -> None:
    pair.edit(pair.mine, "a.png", b"0")
    pair.clock.wait()
    pair.mine.record()
    assert moving(pair) == set()


def test_a_pull_of_what_others_pushed_leaves_only_that_to_be_looked_at(pair: Pair) -> None:
    pair.run(pair.theirs, WAYS[1])
    pair.edit(pair.theirs, "b.png", b"3")
    pair.edit(pair.theirs, "new.png", b"4")
    pair.run(pair.theirs, WAYS[0])
    assert moving(pair) == {"b.png", "new.png"}
    pair.run(pair.mine, WAYS[1])
    # What was just written may be written again within the same tick: its stamp proves nothing.
    assert moving(pair) == {"b.png", "new.png"}
    pair.run(pair.mine, WAYS[0])
    assert moving(pair) == set()


def test_of_a_manifest_that_git_has_brought_only_what_it_says_otherwise_is_looked_at(
    pair: Pair,
) -> None:
    pair.run(pair.theirs, WAYS[1])
    pair.edit(pair.theirs, "b.png", b"3")
    pair.edit(pair.theirs, "c/d.txt", None)
    pair.edit(pair.theirs, "new.png", b"4")
    pair.theirs.record()
    pair.mine.manifest = pair.theirs.manifest
    assert moving(pair) == {"b.png", "c/d.txt", "new.png"}
    pair.run(pair.theirs, WAYS[2])
    assert moving(pair) == {"b.png", "c/d.txt", "new.png"}


def test_a_line_with_the_same_md5_and_another_size_is_looked_at(pair: Pair) -> None:
    text = pair.mine.manifest
    line = next(each for each in text.splitlines() if b'"b.png"' in each)
    pair.mine.manifest = text.replace(line, line.replace(b'"size": 1', b'"size": 9'))
    assert moving(pair) == {"b.png"}


def test_where_nothing_is_published_any_more_everything_is_looked_at(pair: Pair) -> None:
    pair.on_s3(MANIFEST_NAME, None)
    assert moving(pair) == set(PATHS)


def test_where_something_is_published_for_the_first_time_everything_is_looked_at(
    tmp_path: Path,
) -> None:
    pair = Pair(tmp_path)
    for path in PATHS:
        pair.on_s3(path, b"0")
        pair.edit(pair.mine, path, b"0")
        pair.edit(pair.theirs, path, b"0")
    pair.run(pair.mine, WAYS[1])
    assert not moving(pair, WAYS[1])
    pair.edit(pair.theirs, "new.png", b"1")
    pair.run(pair.theirs, WAYS[0])
    assert moving(pair, WAYS[1]) == {*PATHS, "new.png"}
