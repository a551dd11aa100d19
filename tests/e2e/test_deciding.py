"""What is sent is decided by content, with or without the workspace's memory."""

import os
import time
from typing import Any

import pytest

from tests.e2e.places import BOTH_SERVERS_SLOWLY, FILES, PREFIX, Place
from tests.rewriting_s3 import rewriting

pytestmark = BOTH_SERVERS_SLOWLY

_LONG_AGO = 1_000_000_000
_MARGIN = 2.1
"""Seconds after which an equal stamp proves equal bytes."""


def _lists_only(row: dict[str, Any]) -> bool:
    """Whether a run asked S3 for listings and for nothing else."""
    requests = dict(row["requests"])
    return requests.pop("list") > 0 and not any(requests.values())


def test_an_edit_of_the_same_length_is_sent_whatever_its_time(place: Place) -> None:
    place.begin_pushed()
    time.sleep(_MARGIN)
    place.quickly("status")  # from now on the cache is believed where a stamp is the same
    caption = place.style / "a.txt"
    before = caption.stat()
    place.write({"a.txt": b"CAPTION A", "10_subject/b.txt": b"CAPTION B"})
    os.utime(caption, ns=(before.st_mtime_ns, before.st_mtime_ns))  # as if never edited
    os.utime(place.style / "10_subject/b.txt", (_LONG_AGO, _LONG_AGO))  # older than the object
    assert place.row("push", "--yes")["updated"] == 2
    assert place.objects() == FILES | {"a.txt": b"CAPTION A", "10_subject/b.txt": b"CAPTION B"}


def test_touching_every_file_sends_and_hashes_nothing(place: Place) -> None:
    place.begin_pushed()
    for path in FILES:
        (place.style / path).touch()
    row = place.row("push")
    assert (row["unchanged"], row["hashed"], row["outcomes"]) == (len(FILES), 0, [])
    assert _lists_only(row)


def test_without_the_cache_the_plan_is_the_same(place: Place) -> None:
    place.begin_pushed()
    place.write({"a.txt": b"edited", "new.png": b"new"})
    (place.style / "10_subject/b.txt").unlink()
    place.bucket.put(PREFIX + "theirs.png", b"theirs")
    plans = []
    for _ in range(2):
        for name in ("cache.db", "cache.db-wal", "cache.db-shm"):
            (place.root / ".manifest-sync" / name).unlink(missing_ok=True)
        row = place.row("push", "--delete", "--dry-run")
        del row["basis"]["made_at"]
        plans.append(row)
        place.quickly("status")  # has the cache filled again, and then thrown away
    assert plans[0] == plans[1]
    assert [(each["path"], each["action"]) for each in plans[0]["changes"]] == [
        ("10_subject/b.txt", "delete"),
        ("a.txt", "update"),
        ("new.png", "create"),
        ("theirs.png", "delete"),
    ]


def test_without_the_state_nothing_is_lost_on_s3(place: Place) -> None:
    place.begin_pushed()
    (place.style / "a.jpg").unlink()
    place.write({"a.txt": b"mine"})
    place.bucket.put(PREFIX + "10_subject/b.txt", b"theirs")
    for file in (place.root / ".manifest-sync").glob("state.db*"):
        file.unlink()
    # Nobody can tell a file that was deleted here from one that was not downloaded: it stays.
    # Nor what was edited here from what others published, so somebody is asked.
    row = place.row("push", "--delete", "--yes", status=6)
    assert [each["path"] for each in row["conflicts"]] == ["a.txt"]
    assert [(each["path"], each["action"]) for each in row["outcomes"]] == [
        ("10_subject/b.txt", "update")
    ]
    assert place.objects() == FILES
    assert place.kept() == [b"theirs"]


def test_another_name_of_the_endpoint_begins_anew_and_asks_only_about_what_differs(
    place: Place,
) -> None:
    place.begin_pushed()
    with rewriting(place.bucket.endpoint) as renamed, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL_S3", renamed.endpoint)
        place.write({"a.txt": b"edited before"})
        row = place.quick_row("push", "--yes", status=6)
        assert [each["path"] for each in row["conflicts"]] == ["a.txt"]
        assert row["unchanged"] == len(FILES) - 1
        place.quickly("push", "--yes", "--take", "local", "a.txt")
        place.write({"a.jpg": b"edited after"})
        assert place.quick_row("push", "--yes")["updated"] == 1
    assert place.objects() == place.files()
