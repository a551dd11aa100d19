"""What is known to be in step is not looked at again."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from manifest_sync.core.content import Side
from manifest_sync.core.errors import Transient, UsageProblem
from manifest_sync.core.manifest import MANIFEST_NAME
from manifest_sync.core.selection import EVERYTHING
from manifest_sync.engine.retrying import retrying
from manifest_sync.stores.faulty import Call, Fault, Harm
from tests.workspace.pair import FREE, PATHS, WAYS, Pair, moving, take


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    """Six files, pushed."""
    made = Pair(tmp_path)
    for path in PATHS:
        made.edit(made.mine, path, b"0")
    made.run(made.mine, WAYS[0])
    return made


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
