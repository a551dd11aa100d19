"""That a session in a document which is not true is noticed."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.transcripts import Session, Shown, agree, commands, replayed


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session(tmp_path) as begun:
        yield begun


def document(block: str) -> str:
    return f"Before.\n\n```console\n{block}```\n\nAfter.\n\n```sh\n$ rm -r /\n```\n"


def test_a_true_document_stays_as_it_is(session: Session) -> None:
    true = document("$ mkdir a\n$ cd a\n$ pwd\n/home/you/a\n") + document(
        "$ echo 1; echo 2\n1\n2\n"
    )
    assert replayed(true, session) == true


@pytest.mark.parametrize(("block", "real"), [
    ("$ echo yes\nno\n", "$ echo yes\nyes\n"),
    ("$ echo yes\n", "$ echo yes\nyes\n"),
    ("$ true\nyes\n", "$ true\n"),
    ("$ echo 'in 0.4 s'\nin 0.4 m\n", "$ echo 'in 0.4 s'\nin 0.4 s\n"),
    ("$ echo yes >&2\nno\n", "$ echo yes >&2\nyes\n"),
    ("$ manifest-sync --version\n", None),
    ("$ manifest-sync schema nonsense\n$ echo $?\n1\n", None),
])  # fmt: skip
def test_what_is_not_true_is_replaced(session: Session, block: str, real: str | None) -> None:
    found = replayed(document(block), session)
    assert found != document(block)
    assert real is None or found == document(real)


def test_a_failure_must_be_shown(session: Session) -> None:
    with pytest.raises(AssertionError, match="status 3, which is not shown"):
        replayed(document("$ exit 3\n$ true\n"), session)
    with pytest.raises(AssertionError, match="at the end: status 4, which is not shown"):
        replayed(document("$ echo $?\n3\n$ exit 4\n"), session)


def test_a_failure_that_is_shown_is_fine(session: Session) -> None:
    true = document("$ exit 3\n$ echo $?\n3\n$ true\n")
    assert replayed(true, session) == true


@pytest.mark.parametrize(("shown", "said"), [
    ("in 0.4 s", "in 12.0 s"),
    ("(ana on studio)", "(root on vm)"),
    ("2026-03-14 09:26:53", "2031-12-01 00:00:00"),
    ("a.png (1.6 KB)", "a.png (2.0 KB)"),
    ("1\n…\n4", "1\n2\n3\n4"),
    ("1\n…\n4", "1\n4"),
    ("…", ""),
])  # fmt: skip
def test_what_is_different_each_time_is_no_difference(shown: str, said: str) -> None:
    assert agree(tuple(shown.split("\n")), tuple(said.splitlines()))


@pytest.mark.parametrize(("shown", "said"), [
    ("1 file", "2 files"),
    ("a.txt (29 B)", "a.txt (30 B)"),
    ("a.png (1.6 KB)", "a.png"),
    ("1\n…\n4", "1\n2\n3"),
    ("1\n… and 3 more\n5", "1\n2\n5"),
    ("1.2", "132"),
])  # fmt: skip
def test_everything_else_is_a_difference(shown: str, said: str) -> None:
    assert not agree(tuple(shown.split("\n")), tuple(said.splitlines()))


def test_a_block_is_commands_with_their_output() -> None:
    block = "$ a\n1\n\n2\n$ b\n$ c\n3\n"
    assert list(commands(block)) == [
        Shown("a", ("1", "", "2")), Shown("b", ()), Shown("c", ("3",)),
    ]  # fmt: skip
    with pytest.raises(AssertionError, match=re.escape("begins with a command, not with “1”")):
        list(commands("1\n$ a\n"))
