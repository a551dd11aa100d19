"""Syncing in a browser: every button, what it says meanwhile, and what is said of it."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from manifest_sync.workspace.workspace import Workspace
from tests.buckets import Bucket
from tests.servers import S3Server
from tests.slow_s3 import slow_server
from tests.web.browser.chromium import Curator, curating, watch
from tests.web.visitor import serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

PREFIX = "styles/16/"
TO_S3, FROM_S3, REMOVE = "☁️ Sync to S3", "⬇️ Sync from S3", "🗑️ Remove from S3"
DELETES = "When enabled, files deleted in source will also be deleted in target during sync"

RECORD = """button => {
  window.said = [button.textContent];
  new MutationObserver(() => window.said.push(button.textContent))
    .observe(button, {childList: true, characterData: true, subtree: true});
}"""


def press(curator: Curator, name: str) -> None:
    """Press a button of the style, once the page is ready."""
    curator.cards()
    curator.page.get_by_role("button", name=name, exact=True).click()


def agree(curator: Curator) -> None:
    curator.page.locator("#plan-dialog[open] .confirm").click()


def distinct(said: list[str]) -> list[str]:
    """What was said, without what was said again at once."""
    return [text for n, text in enumerate(said) if n == 0 or text != said[n - 1]]


def test_a_first_sync_is_shown_agreed_to_and_said(
    curator: Curator, moto: S3Server, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    with slow_server(moto, 0.5) as slow:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", slow.endpoint)
        curator.open()
        curator.cards()
        button = curator.page.locator("[data-command=push]")
        button.evaluate(RECORD)
        press(curator, TO_S3)
        dialog = curator.page.locator("#plan-dialog[open]")
        assert "5 to create, 0 to replace, 0 to delete on S3" in dialog.inner_text()
        assert bucket.objects(PREFIX) == {}
        agree(curator)
        curator.toast("Syncing 5 files to S3...")
        curator.page.locator("#run:not([hidden])").wait_for()
        assert curator.page.locator("[data-command=pull]").is_disabled()
        curator.toast("Successfully uploaded 5 images to S3")
        curator.until("document.getElementById('run').hidden")
        assert distinct(curator.page.evaluate("window.said")) == [
            TO_S3,
            "🔍 Comparing...",
            TO_S3,
            "⏳ Syncing...",
            TO_S3,
        ]
        assert len(bucket.objects(PREFIX)) == 5
        # The gallery asks S3 anew after a run, through the slow server still.
        curator.page.locator(".card .state", has_text="identical").first.wait_for()


@pytest.mark.usefixtures("pushed")
def test_nothing_to_do_is_said(curator: Curator) -> None:
    curator.open()
    press(curator, TO_S3)
    curator.toast("All files are already synced to S3!")
    press(curator, FROM_S3)
    curator.toast("All files are already synced from S3!")
    assert not curator.page.locator("#plan-dialog").is_visible()


@pytest.mark.usefixtures("pushed")
def test_what_others_brought_is_fetched(curator: Curator, style: Path, bucket: Bucket) -> None:
    for name in ("x.jpg", "y.jpg", "z.jpg"):
        bucket.put(PREFIX + name, b"theirs")
    curator.open()
    press(curator, FROM_S3)
    agree(curator)
    curator.toast("Syncing 3 files from S3...")
    curator.toast("Successfully synced 3 images from S3")
    assert (style / "x.jpg").read_bytes() == b"theirs"


@pytest.mark.usefixtures("pushed")
def test_sync_deletes_is_off_at_every_load_and_lists_what_it_deletes(
    curator: Curator, style: Path, bucket: Bucket
) -> None:
    curator.open()
    curator.cards()
    (style / "c.webp").unlink()
    box = curator.page.get_by_role("checkbox", name="Sync Deletes")
    assert curator.page.locator("label", has=box).get_attribute("title") == DELETES
    box.check()
    curator.page.reload()
    assert not box.is_checked()
    press(curator, TO_S3)
    dialog = curator.page.locator("#plan-dialog[open]")
    dialog.get_by_text("1 deletion withheld: Sync Deletes is off").wait_for()
    assert dialog.locator(".confirm").count() == 0
    dialog.get_by_role("button", name="Close").click()
    box.check()
    press(curator, TO_S3)
    dialog.locator(".deletes .name", has_text="c.webp").wait_for()
    assert dialog.locator(".deletes img").is_visible()
    agree(curator)
    curator.toast("Successfully deleted 1 file on S3")
    assert "c.webp" not in bucket.objects(PREFIX)


@pytest.mark.usefixtures("pushed")
def test_a_plan_that_is_not_agreed_to_does_nothing(
    curator: Curator, style: Path, bucket: Bucket
) -> None:
    (style / "a.txt").write_text("edited")
    curator.open()
    for leave in ("Escape", "Cancel"):
        press(curator, TO_S3)
        dialog = curator.page.locator("#plan-dialog[open]")
        dialog.wait_for()
        if leave == "Escape":
            curator.page.keyboard.press("Escape")
        else:
            dialog.get_by_role("button", name="Cancel").click()
        dialog.wait_for(state="hidden")
    assert bucket.get(PREFIX + "a.txt") == b"caption a"


@pytest.mark.usefixtures("pushed")
def test_a_refusal_needs_a_tick_and_a_second_look(
    curator: Curator, style: Path, bucket: Bucket
) -> None:
    for path in bucket.objects(PREFIX):
        (style / path).unlink()
    curator.open()
    curator.page.get_by_role("checkbox", name="Sync Deletes").check()
    press(curator, TO_S3)
    dialog = curator.page.locator("#plan-dialog[open]")
    dialog.get_by_label("every one of the 5 files").check()
    assert dialog.locator(".confirm").count() == 0
    dialog.get_by_role("button", name="Plan again").click()
    agree(curator)
    curator.toast("Successfully deleted 5 files on S3")
    assert bucket.objects(PREFIX) == {}


@pytest.mark.usefixtures("pushed")
@pytest.mark.parametrize(("label", "wins"), [("take mine", b"mine"), ("take S3's", b"theirs")])
def test_a_conflict_is_chosen_file_by_file(
    curator: Curator, style: Path, bucket: Bucket, label: str, wins: bytes
) -> None:
    (style / "a.txt").write_bytes(b"mine")
    bucket.put(PREFIX + "a.txt", b"theirs")
    curator.open()
    press(curator, TO_S3 if wins == b"mine" else FROM_S3)
    dialog = curator.page.locator("#plan-dialog[open]")
    dialog.get_by_role("group", name="a.txt").get_by_label(label).check()
    dialog.get_by_role("button", name="Plan again").click()
    agree(curator)
    curator.toast("Successfully")
    assert (style / "a.txt").read_bytes() == bucket.get(PREFIX + "a.txt") == wins


@pytest.mark.usefixtures("pushed")
def test_remove_takes_what_is_selected_and_keeps_it_here(
    curator: Curator, style: Path, bucket: Bucket
) -> None:
    curator.open()
    assert curator.cards() == ["a.jpg", "c.webp", "sub/b.png"]
    button = curator.page.get_by_role("button", name=REMOVE)
    assert button.is_disabled()
    picks = curator.page.locator(".pick")
    picks.nth(0).click()
    picks.nth(1).click(modifiers=["Shift"])
    assert curator.page.locator("#selected").inner_text() == "2 selected"
    button.click()
    agree(curator)
    curator.toast("Successfully removed 3 files from S3")
    assert set(bucket.objects(PREFIX)) == {"sub/b.png", "sub/b.txt"}
    assert (style / "a.jpg").exists()
    curator.page.locator(".card .state", has_text="ignored").first.wait_for()
    assert button.is_disabled()


def test_a_lock_is_said_in_words(curator: Curator, root: Path) -> None:
    curator.open()
    with Workspace.open(root) as workspace, workspace.holding("push"):
        press(curator, TO_S3)
        agree(curator)
        curator.toast("Failed to sync to S3: Another run holds this workspace: “push”")
    assert curator.page.locator("[data-command=push]").is_enabled()


def test_a_failure_is_said_and_stays(curator: Curator, bucket: Bucket) -> None:
    curator.open()
    curator.cards()
    bucket.client.delete_bucket(Bucket=bucket.name)
    press(curator, TO_S3)
    curator.toast("Failed to sync to S3: ")
    press(curator, FROM_S3)
    curator.toast("Failed to sync from S3: ")
    assert curator.page.locator(".toast.error").count() == 2
    curator.page.locator(".toast.error button").first.click()
    assert curator.page.locator(".toast.error").count() == 1


def test_a_run_outlives_a_reload_is_seen_in_every_tab_and_can_be_cancelled(
    browser: "Browser", moto: S3Server, root: Path, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(60):
        (root / f"styles/16/{number}.jpg").write_bytes(b"image %d" % number)
    with slow_server(moto, 0.5) as slow:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", slow.endpoint)
        monkeypatch.setenv("MANIFEST_SYNC_JOBS", "2")
        with serving(root) as visitor, curating(browser, visitor) as curator:
            curator.open()
            press(curator, TO_S3)
            agree(curator)
            figures = curator.page.locator("#run-figures", has_text="of 65 files")
            figures.wait_for()
            curator.page.reload()
            figures.wait_for()
            curator.page.get_by_text("⏳ Syncing...").wait_for()
            other = curator.page.context.new_page()
            watch(curator, other)
            other.goto(f"http://127.0.0.1:{visitor.port}/")
            other.locator("#run-figures", has_text="of 65 files").wait_for()
            other.get_by_role("button", name="Cancel").click()
            for page in (other, curator.page):
                page.locator(".toast", has_text="left, sync again to finish").wait_for()
    assert 0 < len(bucket.objects(PREFIX)) < 65


def test_without_the_token_a_person_is_told_what_to_open(curator: Curator) -> None:
    curator.open()
    curator.page.context.clear_cookies()
    curator.page.reload()
    assert "open the address that “manifest-sync serve” printed" in curator.page.inner_text("body")
