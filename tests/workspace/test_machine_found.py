"""What the machine of `test_machine.py` has found, told shortly, each by the step that matters."""

from pathlib import Path

import pytest

from manifest_sync.core.content import Content, Side
from manifest_sync.core.errors import Transient
from manifest_sync.core.manifest import MANIFEST_NAME
from manifest_sync.core.plan import Options
from manifest_sync.core.reconcile import Verb
from manifest_sync.engine.retrying import retrying
from manifest_sync.stores.bodies import content_of
from manifest_sync.stores.faulty import Call, Fault, Harm
from manifest_sync.stores.memory import MemoryStore
from tests.engine.world import Clock
from tests.workspace.members import Member, Run
from tests.workspace.witness import Witness

PUSH = (Verb.PUSH, Side.S3, Options())


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "sleep", lambda _: None)


@pytest.fixture
def bucket() -> MemoryStore:
    return MemoryStore(Side.S3)


@pytest.fixture
def member(bucket: MemoryStore, tmp_path: Path) -> Member:
    """One who has pushed a file, and edited it since."""
    made = Member(tmp_path, Witness(bucket), Clock())
    made.edit("a.png", b"one")
    made.begin(*PUSH).finish()
    made.edit("a.png", b"two")
    return made


def _until_published(run: Run, bucket: MemoryStore) -> None:
    """Let a run go on until it has replaced the published manifest, and not a step further."""
    before = bucket.bytes_at(MANIFEST_NAME)
    while bucket.bytes_at(MANIFEST_NAME) == before:
        run.strand.go_on(1)


def _published_before(member: Member) -> list[Content]:
    """The published manifests that history tells of as replaced."""
    rows = member.kept().values()
    return [content for side, path, content in rows if (side, path) == ("s3", MANIFEST_NAME)]


def test_a_manifest_that_a_killed_run_replaced_is_in_the_history(
    member: Member, bucket: MemoryStore
) -> None:
    replaced = content_of(bucket.contents()[MANIFEST_NAME])
    _until_published(member.begin(*PUSH), bucket)
    member.kill()
    assert _published_before(member) == []
    member.begin(*PUSH).finish()
    assert _published_before(member) == [replaced]
    assert bucket.bytes_at("a.png") == b"two"


def test_a_manifest_that_was_replaced_without_an_answer_is_in_the_history(
    member: Member, bucket: MemoryStore
) -> None:
    replaced = content_of(bucket.contents()[MANIFEST_NAME])
    silent = Transient("no answer")
    faults = [
        Fault(Call.WRITE, Harm.AFTER, MANIFEST_NAME, silent, times=99),
        Fault(Call.STAT, Harm.BEFORE, MANIFEST_NAME, silent, times=99),
    ]
    run = member.begin(*PUSH, {Side.S3: faults}).finish()
    assert run.error is silent
    assert content_of(bucket.contents()[MANIFEST_NAME]) != replaced
    member.begin(*PUSH).finish()
    assert _published_before(member) == [replaced]
    assert bucket.bytes_at("a.png") == b"two"
