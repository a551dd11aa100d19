"""Runs on a server that fails, now and then or for good: they complete, or end and say so."""

import json
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.commands import program
from tests.e2e.meddler import PASSING, Harm, Meddler, nothing, now_and_then
from tests.e2e.places import BOTH_SERVERS_SLOWLY, FILES, PREFIX, Place


def _pairs(count: int) -> dict[str, bytes]:
    """Images with captions."""
    stems = {f"{number % 7}/{number:04}": number for number in range(count)}
    return {f"{stem}.png": b"image %d" % number for stem, number in stems.items()} | {
        f"{stem}.txt": b"caption %d" % number for stem, number in stems.items()
    }


_MANY, _SOME = _pairs(1000), _pairs(150)
_HURRY = 200.0
"""Seconds that a test waits for a command that must end."""


def _after(puts: int, harm: Harm, place: Place) -> Callable[[str, str], Harm | None]:
    """So many objects of the style are sent, and then everything goes wrong."""
    left = puts

    def harms(method: str, path: str) -> Harm | None:
        nonlocal left
        if left == 0:
            return harm
        if method == "PUT" and path.startswith(place.url_path("")):
            left -= 1
        return None

    return harms


# Now and then


@BOTH_SERVERS_SLOWLY
@pytest.mark.timeout(900)
def test_at_one_fault_in_five_a_push_and_a_pull_of_2000_files_complete(
    place: Place, meddler: Meddler
) -> None:
    stale = dict(list(_MANY.items())[:100])
    gone = {f"gone/{number}.png": b"to be deleted %d" % number for number in range(50)}
    place.begin_pushed({path: b"stale " + data for path, data in stale.items()} | gone)
    for path in gone:
        (place.style / path).unlink()
    place.write(_MANY)
    meddler.harms = now_and_then(0.2)
    row = _told(place, "push", "--yes", "--delete")
    assert (row["failed"], row["skipped"], row["conflicts"]) == (0, 0, [])
    assert (row["created"], row["updated"], row["deleted"]) == (1900, 100, 50)
    assert row["bytes"] == sum(len(data) for data in _MANY.values())
    assert row["retries"] > 0

    second = place.second()
    pulled = _told(second, "clone", place.bucket.remote(), "styles/16")
    assert (pulled["failed"], pulled["created"]) == (0, 2000)
    assert second.files() == _MANY
    assert not list(second.style.rglob(".ms-*"))

    meddler.harms = nothing
    assert place.objects() == _MANY
    assert sorted(place.kept()) == sorted(
        [b"stale " + data for data in stale.values()] + list(gone.values())
    )
    assert place.quick_row("push", "--yes", "--delete")["unchanged"] == 2000


def _told(place: Place, *arguments: str) -> dict[str, Any]:
    """The row of a command that may take longer than others."""
    done = subprocess.run(
        [program(), *arguments, "--json"],
        cwd=place.root,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=800,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    [row] = json.loads(done.stdout)["styles"]
    assert isinstance(row, dict)
    return row


@BOTH_SERVERS_SLOWLY
def test_a_large_file_is_sent_whole_whatever_happens_to_its_parts(
    place: Place, meddler: Meddler
) -> None:
    place.begin_pushed()
    data = b"".join(bytes([number]) * (1 << 20) for number in range(70))
    place.write({"large.tif": data})
    troubles, completing, arrived = list(PASSING), [Harm.LOST, Harm.BUSY], 0

    def harms(method: str, path: str) -> Harm | None:
        nonlocal arrived
        if not path.endswith("large.tif"):
            return None
        if method == "PUT":
            arrived += not troubles
            return troubles.pop() if troubles else None
        return completing.pop() if arrived >= 3 and completing else None

    meddler.harms = harms
    row = place.row("push", "--yes")
    assert not troubles + completing
    assert (row["created"], row["failed"]) == (1, 0)
    meddler.harms = nothing
    assert place.objects() == FILES | {"large.tif": data}
    client = place.bucket.client
    assert "Uploads" not in client.list_multipart_uploads(Bucket=place.bucket.name)
    assert place.quick_row("push", "--yes")["unchanged"] == len(FILES) + 1


@BOTH_SERVERS_SLOWLY
@pytest.mark.parametrize("unheard", [set(), {"if-match", "if-none-match"}], ids=["", "unguarded"])
def test_every_answer_may_be_lost_once(place: Place, meddler: Meddler, unheard: set[str]) -> None:
    """Of publishing, creating, replacing, copying, deleting; also where S3 minds no condition."""
    meddler.unheard = unheard
    place.begin_pushed()
    place.write({"a.txt": b"edited", "new.png": b"new"})
    (place.style / "a.jpg").rename(place.style / "moved.jpg")
    answers = {
        *(("PUT", path) for path in ("manifest.json", "a.txt", "new.png", "moved.jpg")),
        ("DELETE", "a.jpg"),
    }
    meddler.unanswered = {(method, place.url_path(path)) for method, path in answers}
    row = place.row("push", "--yes", "--delete")
    assert not meddler.unanswered
    assert (row["created"], row["updated"], row["deleted"], row["failed"]) == (2, 1, 1, 0)
    assert row["bytes"] == len(b"edited") + len(b"new")
    assert place.objects() == place.files()
    assert sorted(place.kept()) == [b"caption a", b"image a"]
    deletions = place.quickly("history", "--deletions", "--json").document()["deletions"]
    told = {each["path"] for each in deletions if each["restorable"]}
    assert {"a.txt", "a.jpg"} <= told
    assert place.quick_row("push", "--yes", "--delete")["unchanged"] == 5


@BOTH_SERVERS_SLOWLY
def test_a_download_that_always_breaks_off_leaves_no_half_file(
    place: Place, meddler: Meddler
) -> None:
    place.begin_pushed()
    place.bucket.put(PREFIX + "a.jpg", b"theirs " * 1000)
    place.bucket.put(PREFIX + "new.png", b"new")
    meddler.harms = lambda method, path: (
        Harm.CUT if (method, path) == ("GET", place.url_path("a.jpg")) else None
    )
    row = place.row("pull", "--yes", status=3)
    assert (row["created"], row["updated"], row["failed"]) == (1, 0, 1)
    assert place.files() == FILES | {"new.png": b"new"}
    assert not list(place.style.rglob(".ms-*"))
    meddler.harms = nothing
    place.quickly("pull", "--yes")
    assert place.files()["a.jpg"] == b"theirs " * 1000


@pytest.mark.slow
def test_an_answer_that_does_not_come_is_waited_for_half_a_minute(
    place: Place, meddler: Meddler
) -> None:
    place.begin_pushed()
    place.bucket.put(PREFIX + "slow.png", b"slow")
    slow = [40.0]

    def before(method: str, path: str) -> None:
        if (method, path) == ("GET", place.url_path("slow.png")) and slow:
            time.sleep(slow.pop())

    meddler.before = before
    began = time.monotonic()
    row = place.row("pull", "--yes")
    assert 30 <= time.monotonic() - began < 40
    assert (row["created"], row["failed"]) == (1, 0)
    assert place.files()["slow.png"] == b"slow"


# For good


@pytest.mark.slow
@pytest.mark.parametrize("harm", [Harm.BUSY, Harm.RESET])
def test_a_server_that_fails_for_good_ends_the_run_and_the_next_one_finishes_it(
    place: Place, meddler: Meddler, harm: Harm
) -> None:
    place.begin_pushed()
    place.write(_SOME | {"a.txt": b"edited"})
    (place.style / "a.jpg").unlink()
    meddler.harms = _after(100, harm, place)
    began = time.monotonic()
    with _running(place, "push", "--yes", "--delete", "--quiet") as process:
        _, said = process.communicate(timeout=_HURRY)
    assert process.returncode == 3, said
    assert 60 < time.monotonic() - began < 180
    assert "not begun, because nothing has got through for 60 seconds (" in said
    assert "run the same command again to finish." in said
    assert len(said.splitlines()) < 10, said

    meddler.harms = nothing
    arrived = place.objects()
    assert arrived["a.jpg"] == FILES["a.jpg"]
    assert 90 < len(arrived) < 200
    row = place.quick_row("push", "--yes", "--delete")
    assert (row["failed"], row["conflicts"]) == (0, [])
    assert place.objects() == place.files()
    assert sorted(place.kept()) == [b"caption a", b"image a"]


@pytest.mark.slow
@pytest.mark.parametrize("harm", [Harm.BUSY, Harm.RESET, Harm.CUT])
def test_a_server_that_fails_from_the_beginning_ends_every_command_soon(
    place: Place, meddler: Meddler, harm: Harm
) -> None:
    place.begin()
    meddler.harms = lambda _method, _path: harm
    began = time.monotonic()
    said = place.run("push", "--yes", status=1).err
    assert time.monotonic() - began < 90
    assert said.startswith("Error: ")
    assert len(said.splitlines()) == 1
    meddler.harms = nothing
    place.quickly("push", "--yes")
    assert place.objects() == place.files()


@pytest.mark.slow
def test_credentials_that_expire_end_the_run_and_the_next_one_finishes_it(
    place: Place, meddler: Meddler
) -> None:
    place.begin_pushed()
    place.write(_SOME | {"a.txt": b"edited"})
    (place.style / "a.jpg").unlink()
    meddler.harms = _after(100, Harm.EXPIRED, place)
    ran = place.run("push", "--yes", "--delete", "--quiet", status=3)
    assert "not begun, because the credentials have expired; sign in again" in ran.err
    assert len(ran.err.splitlines()) < 10, ran.err
    meddler.harms = nothing
    assert place.objects()["a.jpg"] == FILES["a.jpg"]
    row = place.quick_row("push", "--yes", "--delete")
    assert (row["failed"], row["conflicts"]) == (0, [])
    assert place.objects() == place.files()


@pytest.mark.slow
def test_credentials_that_expire_before_updates_are_told_as_such(
    place: Place, meddler: Meddler
) -> None:
    """An update begins with a HEAD, and the answer to that tells no reason."""
    place.begin_pushed()
    place.write({path: b"edited " + data for path, data in FILES.items()})
    meddler.harms = _after(1, Harm.EXPIRED, place)  # the manifest
    ran = place.run("push", "--yes", status=3)
    assert "the credentials have expired; sign in again" in ran.err


@BOTH_SERVERS_SLOWLY
def test_what_nobody_could_be_asked_about_is_found_out_by_the_next_run(
    place: Place, meddler: Meddler
) -> None:
    place.begin_pushed()
    place.write({"a.txt": b"edited"})
    lost = False

    def harms(method: str, path: str) -> Harm | None:
        nonlocal lost
        if lost:
            return Harm.EXPIRED
        lost = (method, path) == ("PUT", place.url_path("a.txt"))
        return Harm.LOST if lost else None

    meddler.harms = harms
    row = place.quick_row("push", "--yes", status=3)
    assert (row["updated"], row["failed"]) == (0, 1)
    meddler.harms = nothing
    assert place.objects()["a.txt"] == b"edited"

    row = place.quick_row("push", "--yes")
    assert (row["created"], row["updated"], row["failed"], row["conflicts"]) == (0, 0, 0, [])
    [deletion] = place.quickly("history", "--deletions", "--json").document()["deletions"]
    assert (deletion["path"], deletion["restorable"]) == ("a.txt", True)
    place.quickly("restore", "a.txt", "--yes", "--overwrite", status=0)
    assert place.objects()["a.txt"] == FILES["a.txt"]


# Ctrl-C


@pytest.mark.slow
def test_ctrl_c_ends_a_run_that_keeps_trying(place: Place, meddler: Meddler) -> None:
    place.begin_pushed()
    place.write(_SOME)
    meddler.harms = _after(50, Harm.BUSY, place)
    with _running(place, "push", "--yes") as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "retr" in line:
                break
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=_HURRY)
    assert time.monotonic() - began < 15
    assert process.returncode == 130, said
    assert "run the same command again to finish" in said
    meddler.harms = nothing
    place.quickly("push", "--yes")
    assert place.objects() == place.files()


@pytest.mark.slow
def test_ctrl_c_ends_a_listing_that_is_tried_again(place: Place, meddler: Meddler) -> None:
    place.begin_pushed()
    asked = threading.Semaphore(0)

    def harms(_method: str, _path: str) -> Harm:
        asked.release()
        return Harm.BUSY

    meddler.harms = harms
    with _running(place, "status") as process:
        for _ in range(12):  # the clients ask four times before the first pause of ours
            assert asked.acquire(timeout=60)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=_HURRY)
    assert time.monotonic() - began < 10
    assert (process.returncode, said) == (130, "Interrupted; run the same command again.\n")


def _running(place: Place, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [program(), *arguments],
        cwd=place.root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
