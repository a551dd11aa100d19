"""What the page says when something goes wrong: S3, credentials, the server, somebody else."""

import re
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.buckets import Bucket
from tests.commands import installed
from tests.e2e.meddler import Harm, Meddler, meddling
from tests.servers import S3Server
from tests.slow_s3 import slow_server
from tests.web.browser.chromium import Curator
from tests.web.browser.test_syncing import FROM_S3, TO_S3, agree, press
from tests.web.visitor import Visitor

pytestmark = pytest.mark.browser

PREFIX = "styles/16/"


@pytest.fixture
def meddler(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> Iterator[Meddler]:
    """Between the server and S3."""
    with meddling(bucket.endpoint) as made:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", made.endpoint)
        yield made


def test_an_endpoint_that_refuses_is_told_within_seconds(
    curator: Curator, monkeypatch: pytest.MonkeyPatch
) -> None:
    curator.open()
    curator.cards()
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    for name, where in ((TO_S3, "to"), (FROM_S3, "from")):
        began = time.monotonic()
        curator.page.get_by_role("button", name=name, exact=True).click()
        curator.toast(f"Failed to sync {where} S3: http://127.0.0.1:1 does not answer.")
        assert time.monotonic() - began < 8
    assert curator.page.get_by_role("button", name=TO_S3, exact=True).is_enabled()


def test_credentials_that_have_expired_are_told_and_nothing_is_done(
    meddler: Meddler, curator: Curator, bucket: Bucket
) -> None:
    curator.open()
    press(curator, TO_S3)
    curator.page.locator("#plan-dialog[open] .confirm").wait_for()
    meddler.harms = lambda _method, _path: Harm.EXPIRED
    agree(curator)
    # The gallery, which looks again afterwards, may say so in a toast of its own.
    toast = curator.page.locator(".toast.error", has_text="Failed to sync to S3: ")
    toast.wait_for()
    assert "have expired" in toast.inner_text()
    assert bucket.objects(PREFIX) == {}


def test_why_a_run_takes_longer_is_said_and_what_is_left_when_it_ends(
    meddler: Meddler, curator: Curator, style: Path, bucket: Bucket
) -> None:
    for number in range(30):
        (style / f"{number}.jpg").write_bytes(b"image %d" % number)
    curator.open()
    press(curator, TO_S3)
    curator.page.locator("#plan-dialog[open] .confirm").wait_for()
    gone = threading.Event()

    def harm(method: str, path: str) -> Harm | None:
        if method == "PUT" and path.endswith(".jpg"):
            gone.set()
        return Harm.BROKEN if gone.is_set() else None

    meddler.harms = harm
    agree(curator)
    curator.page.locator("#run-figures", has_text="trying again: ").wait_for()
    curator.page.get_by_role("button", name="Cancel").click()
    toast = curator.page.locator(".toast.error")
    toast.wait_for(timeout=60_000)
    told = toast.inner_text()
    assert re.match(r"Failed to sync to S3: \d+ files? failed, \d+ done, \d+ left: ", told), told
    assert "Sync again to finish" in told
    meddler.harms = lambda _method, _path: None
    press(curator, TO_S3)
    agree(curator)
    curator.toast("Successfully uploaded ")
    assert len(bucket.objects(PREFIX)) == 35


def test_a_run_tells_files_bytes_rate_and_time_left(
    curator: Curator, moto: S3Server, style: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(40):
        (style / f"{number}.jpg").write_bytes(b"%d" % number * 50_000)
    with slow_server(moto, 0.3) as slow:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", slow.endpoint)
        monkeypatch.setenv("MANIFEST_SYNC_JOBS", "2")
        curator.open()
        press(curator, TO_S3)
        agree(curator)
        figures = curator.page.locator("#run-figures", has_text="left")
        figures.wait_for()
        assert re.fullmatch(
            r"\d+ of 45 files · [\d.]+ [KM]?B of [\d.]+ MB · [\d.]+ [KM]?B/s · [\d min]+ s left",
            figures.inner_text(),
        )
        assert curator.page.locator("#run-title").inner_text() == "Syncing to S3: 16"
        slow.seconds = 0
        curator.toast("Successfully uploaded 45 images to S3")


def test_a_command_line_at_work_is_a_lock_in_words_and_the_truth_afterwards(
    curator: Curator, root: Path, moto: S3Server, bucket: Bucket
) -> None:
    curator.open()
    press(curator, TO_S3)
    curator.page.locator("#plan-dialog[open] .confirm").wait_for()
    with slow_server(moto, 1) as slow:
        environ = {"AWS_ENDPOINT_URL_S3": slow.endpoint}
        push = partial(installed, root, "push", "--yes", environ=environ)
        command = threading.Thread(target=push)
        command.start()
        while not slow.puts:
            assert command.is_alive()
            time.sleep(0.05)
        agree(curator)
        curator.toast("Failed to sync to S3: Another run holds this workspace: “push”")
        command.join()
    assert len(bucket.objects(PREFIX)) == 5
    press(curator, TO_S3)
    curator.toast("All files are already synced to S3!")


def test_the_page_of_a_second_tab_shows_what_the_first_has_done(
    curator: Curator, visitor: Visitor
) -> None:
    curator.open()
    other = curator.page.context.new_page()
    other.goto(f"http://127.0.0.1:{visitor.port}/history")
    other.get_by_text("Nothing was done yet").wait_for()
    curator.page.bring_to_front()
    press(curator, TO_S3)
    agree(curator)
    curator.toast("Successfully uploaded 5 images to S3")
    other.bring_to_front()
    other.get_by_text("5 created").wait_for()
