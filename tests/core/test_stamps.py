"""Telling one state of a file from another."""

import pytest

from manifest_sync.core.stamps import ABSENT, AbsentStamp, FileStamp, ObjectStamp, Stamp, agree

FILE = FileStamp(size=1, mtime_ns=10_000, ctime_ns=10_000, inode=3)
OBJECT = ObjectStamp(size=1, etag="e", version_id="v")


@pytest.mark.parametrize("other", [
    FileStamp(2, 10_000, 10_000, 3),
    FileStamp(1, 10_001, 10_000, 3),
    FileStamp(1, 10_000, 10_001, 3),
    FileStamp(1, 10_000, 10_000, 4),
    ObjectStamp(2, "e", "v"),
    ObjectStamp(1, "f", "v"),
    ObjectStamp(1, "e", "w"),
    ABSENT,
])  # fmt: skip
def test_other_states(other: Stamp) -> None:
    own: Stamp = FILE if isinstance(other, FileStamp) else OBJECT
    assert not agree(own, other)
    assert not agree(other, own)


def test_the_same_state() -> None:
    for stamp in (FILE, OBJECT, ABSENT):
        assert agree(stamp, stamp)
    assert agree(ABSENT, AbsentStamp())


def test_a_version_counts_only_where_both_sides_know_it() -> None:
    listed = ObjectStamp(1, "e")
    assert agree(listed, OBJECT)
    assert agree(OBJECT, listed)
    assert not agree(ObjectStamp(1, "f"), OBJECT)


@pytest.mark.parametrize(("mtime", "ctime", "hashed_at", "racy"), [
    (10_000, 10_000, 12_001, False),
    (10_000, 10_000, 12_000, True),
    (10_000, 10_000, 10_000, True),
    (10_000, 20_000, 12_001, True),
    (20_000, 10_000, 12_001, True),
    (99_000, 10_000, 50_000, True),
])  # fmt: skip
def test_a_file_younger_than_the_margin_may_hide_an_edit(
    mtime: int, ctime: int, hashed_at: int, *, racy: bool
) -> None:
    stamp = FileStamp(1, mtime, ctime, 3)
    assert stamp.may_hide_a_later_edit(hashed_at, margin_ns=2_000) is racy
