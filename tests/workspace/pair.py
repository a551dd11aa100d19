"""Two workspaces and one bucket, where things happen to what was in step."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from hypothesis import strategies as st

from manifest_sync.core.content import Side
from manifest_sync.core.errors import StalePlan
from manifest_sync.core.in_step import NONE_IN_STEP
from manifest_sync.core.manifest import MANIFEST_NAME
from manifest_sync.core.plan import Options, StylePlan
from manifest_sync.core.publishing import to_publish
from manifest_sync.core.reconcile import Verb
from manifest_sync.core.selection import EVERYTHING, Selection
from manifest_sync.core.settle import settle
from manifest_sync.state.cache import Cache
from manifest_sync.stores.base import Request
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


@contextmanager
def looking_at_all() -> Iterator[None]:
    """While nothing is known to be in step."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Cache, "in_step", lambda *_: NONE_IN_STEP)
        yield


def moving(pair: Pair, way: tuple[Verb, Side] = WAYS[0]) -> set[str]:
    """The paths that a push, or another run, looks at."""
    survey = pair.plan(way, FREE, EVERYTHING).observation.survey
    assert len(survey.folder.entries) == len(set(survey.folder.entries))
    return {*survey.folder.moving, *survey.bucket.moving, *survey.memory}
