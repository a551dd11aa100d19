"""record: folder, line and what was last recorded, path by path."""

import pytest
from hypothesis import given

from manifest_sync.core.content import Side
from manifest_sync.core.manifest import Header
from manifest_sync.core.record import record
from manifest_sync.core.scope import Role, Scope
from manifest_sync.core.selection import EVERYTHING, Selection
from manifest_sync.core.survey import Survey
from tests.builders import contents, folder, memories, problem, short, survey
from tests.core.worlds import DELETE, team
from tests.strategies import surveys

SCOPE = Scope(Header())


def recorded(local: str, lines: str, memory: str = "", selection: Selection = EVERYTHING) -> str:
    return short(record(SCOPE, folder(local), contents(lines), memories(memory), selection))


@pytest.mark.parametrize(("what", "local", "line", "last", "says"), [
    ("new here", "1", "-", "-", "1"),
    ("in step", "1", "1", "1", "1"),
    ("edited here", "2", "1", "1", "2"),
    ("deleted here", "-", "1", "1", "-"),
    ("git moved the line, the folder is behind", "1", "2", "1", "2"),
    ("git dropped the line, the folder is behind", "1", "-", "1", "-"),
    ("git moved the line, and edited here", "3", "2", "1", "3"),
    ("git moved the line, and deleted here", "-", "2", "1", "-"),
    ("not downloaded", "-", "1", "-", "1"),
    ("memory lost, edited here", "2", "1", "-", "2"),
    ("memory lost, in step", "1", "1", "-", "1"),
    ("gone from both", "-", "-", "1", "-"),
    ("came back as it was", "1", "-", "-", "1"),
])  # fmt: skip
def test_one_path(what: str, local: str, line: str, last: str, says: str) -> None:
    def at(number: str) -> str:
        return "" if number == "-" else f"a.png={number}"

    assert recorded(at(local), at(line), f"a.png={last}/-/-") == at(says), what


def test_only_recorded_counts_not_base_and_not_seen() -> None:
    assert recorded("a.png=1", "a.png=2", "a.png=-/1/1") == "a.png=1"
    assert recorded("a.png=1", "a.png=2", "a.png=1/-/-") == "a.png=2"


def test_lines_come_sorted_by_path() -> None:
    lines = record(SCOPE, folder("b.png=1 a.txt=1 A.png=1"), contents("a.png=1"), {})
    assert list(lines) == ["A.png", "a.png", "a.txt", "b.png"]


@pytest.mark.parametrize("place", ["", "x", "x/a.png"])
def test_what_cannot_be_seen_keeps_its_line(place: str) -> None:
    listed = folder("", [problem(place)])
    kept = record(SCOPE, listed, contents("x/a.png=1"), memories("x/a.png=1"))
    assert short(kept) == "x/a.png=1"


def test_what_is_outside_the_selection_keeps_its_line() -> None:
    images = Selection(only=Role.IMAGE)
    local, lines = "a.png=2 a.txt=2", "a.png=1 a.txt=1 b.txt=1"
    memory = "a.png=1 a.txt=1 b.txt=1"
    assert recorded(local, lines, memory, images) == "a.png=2 a.txt=1 b.txt=1"
    named = Selection(paths=frozenset({"b.txt"}))
    assert recorded(local, lines, memory, named) == "a.png=1 a.txt=1"


def test_what_is_newly_out_of_scope_loses_its_line() -> None:
    scope = Scope(Header(ignore=("/a.png",)), nested=["inner"])
    lines = contents("a.png=1 b.png=1 inner/c.png=1 notes.md=1")
    assert short(record(scope, folder("b.png=1"), lines, {})) == "b.png=1"


def test_recording_twice_is_recording_once_after_anything() -> None:
    own, other = team("a.png=1 b.png=1 c.png=1")
    own.edit("a.png=2 d.png=1")
    own.delete("b.png")
    assert own.record()
    assert own.manifest == "a.png=2 c.png=1 d.png=1"
    assert not own.record()
    own.push(DELETE)
    assert not own.record()
    other.edit("a.png=3 e.png=1")
    other.pull()
    assert not other.record()


def test_a_file_that_was_ignored_for_a_while_gets_its_line_back() -> None:
    [own] = team("a.png=1 b.png=1", workspaces=1)
    own.header = Header(ignore=("a.png",))
    own.record()
    assert own.manifest == "b.png=1"
    own.header = Header()
    own.record()
    assert own.manifest == "a.png=1 b.png=1"


def test_a_folder_whose_link_to_the_manifest_was_forgotten_is_asked_anew() -> None:
    [own] = team("a.png=1", workspaces=1)
    own.checkout("a.png=2")
    own.forget()
    own.record()
    assert own.manifest == "a.png=1"


@given(surveys())
def test_every_line_is_the_old_one_or_what_the_folder_holds(known: Survey) -> None:
    lines = record(known.scope, known.folder, known.lines, known.memory, known.selection)
    for path in lines.keys() | known.lines.keys() | known.folder.entries.keys():
        said, before, held = lines.get(path), known.lines.get(path), known.folder.content(path)
        assert said in (before, held) or not known.scope.holds(path)
        if not known.selection.picks(known.scope, path):
            assert said == before
    assert list(lines) == sorted(lines)


@given(surveys())
def test_record_ignores_what_s3_holds_and_who_published(known: Survey) -> None:
    lines = record(known.scope, known.folder, known.lines, known.memory)
    bare = survey("", "", known.lines, known.memory).lines
    assert bare == known.lines
    seen_only = {
        path: type(memory)(recorded=memory.recorded) for path, memory in known.memory.items()
    }
    assert record(known.scope, known.folder, known.lines, seen_only) == lines
    assert known.folder.side is Side.LOCAL
