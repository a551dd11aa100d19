"""What the machine of `test_machine.py` has found, told shortly, each by the step that matters."""

from pathlib import Path

import pytest

from manifest_sync.core.content import Content, Side
from manifest_sync.core.errors import Transient
from manifest_sync.core.manifest import MANIFEST_NAME
from manifest_sync.core.outcome import Status
from manifest_sync.core.plan import Options
from manifest_sync.core.reconcile import Verb
from manifest_sync.engine.retrying import retrying
from manifest_sync.state import history
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


def test_what_was_kept_is_no_proof_that_a_run_replaced_it_where_others_came_after(
    member: Member, bucket: MemoryStore
) -> None:
    """Killed between keeping and replacing: what it meant to send is no ancestor of theirs."""
    run = member.begin(*PUSH)
    _until_published(run, bucket)
    run.strand.go_on(2)  # the commit that says so
    member.kill(in_between=True)
    assert [kept_at.partition("#")[0] for kept_at in bucket.kept][-1].endswith("/a.png")
    assert bucket.bytes_at("a.png") == b"one"
    member.witness.change_out_of_band("a.png", b"three")
    again = member.begin(*PUSH).finish()
    assert again.planned is not None
    assert [each.path for each in again.planned.plan.conflicts] == ["a.png"]
    assert bucket.bytes_at("a.png") == b"three"
    assert ("s3", "a.png", content_of(b"one")) in member.kept().values()


def test_what_was_kept_before_an_answer_was_lost_has_its_row_though_others_came_after(
    member: Member, bucket: MemoryStore
) -> None:
    run = member.begin(*PUSH, {Side.S3: [Fault(Call.WRITE, Harm.AFTER, "a.png")]})
    while bucket.bytes_at("a.png") == b"one":
        run.strand.go_on(1)
    member.witness.change_out_of_band("a.png", b"three")
    run.finish()
    assert run.applied is not None
    assert [outcome.status for outcome in run.applied.outcomes] == [Status.MOVED]
    assert ("s3", "a.png", content_of(b"one")) in member.kept().values()
    told = history.deletions(member.resources.state, None)
    assert [(each.path, each.content) for each in told] == [("a.png", content_of(b"one"))]


def test_an_etag_goes_with_the_content_that_it_told_of(tmp_path: Path) -> None:
    """Else an edit of equal length, recorded, would be taken for what S3 holds already."""
    bucket = MemoryStore(Side.S3, opaque_etags=True)
    member = Member(tmp_path, Witness(bucket), Clock())
    member.edit("a.png", b"one")
    member.begin(*PUSH).finish()
    member.edit("a.png", b"two")
    member.record()
    member.resources.lose_cache()
    member.begin(Verb.APPLY, Side.S3, Options()).finish()
    assert bucket.bytes_at("a.png") == b"two"
