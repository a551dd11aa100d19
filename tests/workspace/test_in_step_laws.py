"""Whatever has happened: what is known to be in step changes no decision."""

from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from manifest_sync.core.content import Side
from manifest_sync.core.reconcile import Verb
from manifest_sync.core.selection import EVERYTHING, Selection
from tests.searching import examples
from tests.workspace.pair import (
    FREE,
    PATHS,
    RUNS,
    WAYS,
    Pair,
    edits,
    known,
    looking_at_all,
    steps,
    take,
)


@settings(max_examples=examples(20))
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


@settings(max_examples=examples(15))
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


@settings(max_examples=examples(20))
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
