"""What is said stays readable: above a dialog, and beside the progress of a run."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.buckets import Bucket
from tests.servers import S3Server
from tests.slow_s3 import slow_server
from tests.web.browser.chromium import Curator, curating
from tests.web.browser.test_syncing import TO_S3, agree, press
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


@pytest.mark.usefixtures("pushed")
def test_a_failure_to_plan_again_is_seen_above_the_dialog(
    curator: Curator, style: Path, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    (style / "a.txt").write_bytes(b"mine")
    bucket.put("styles/16/a.txt", b"theirs")
    curator.open()
    press(curator, TO_S3)
    dialog = curator.page.locator("#plan-dialog[open]")
    dialog.get_by_label("take mine").check()
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    dialog.get_by_role("button", name="Plan again").click()
    curator.toast("Failed to sync to S3: ")
    assert dialog.is_visible()
    # What is shown last is the uppermost of the top layer, which dialogs are in.
    assert curator.page.evaluate("document.getElementById('toasts').matches(':popover-open')")


def test_a_plan_that_could_not_be_begun_closes_its_dialog(
    curator: Curator, visitor: Visitor
) -> None:
    curator.open()
    press(curator, TO_S3)
    confirm = curator.page.locator("#plan-dialog[open] .confirm")
    confirm.wait_for()
    agreement = curator.page.locator("[name=agreement]").input_value()
    visitor.form("/runs", ("agreement", agreement))
    confirm.click()
    curator.toast("Failed to sync to S3: This plan is not known any more")
    curator.page.locator("#plan-dialog[open]").wait_for(state="detached")


@pytest.mark.parametrize("width", [360, 1280])
def test_no_toast_covers_what_is_said_of_a_run(
    browser: "Browser",
    visitor: Visitor,
    style: Path,
    moto: S3Server,
    monkeypatch: pytest.MonkeyPatch,
    width: int,
) -> None:
    for number in range(20):
        (style / f"{number}.jpg").write_bytes(b"%d" % number * 1000)
    with slow_server(moto, 0.3) as slow, curating(browser, visitor, width=width) as curator:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", slow.endpoint)
        monkeypatch.setenv("MANIFEST_SYNC_JOBS", "2")
        curator.open()
        press(curator, TO_S3)
        agree(curator)
        figures = curator.page.locator("#run-figures", has_text="left")
        figures.wait_for()
        toast = curator.page.locator(".toast").first.bounding_box()
        run = curator.page.locator("#run").bounding_box()
        assert toast is not None
        assert run is not None
        assert toast["y"] + toast["height"] <= run["y"]
        slow.seconds = 0
        curator.toast("Successfully uploaded 25 images to S3")
