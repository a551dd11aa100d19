"""The dialog of a plan: it opens with some of many files, and scrolling shows all of them."""

from pathlib import Path

import pytest

from manifest_sync.web.rows import AT_A_TIME
from tests.web.browser.chromium import Curator
from tests.web.browser.test_syncing import TO_S3, agree, press
from tests.web.visitor import Visitor

pytestmark = pytest.mark.browser

MANY = AT_A_TIME * 2 + 5
LOADED = "n => document.querySelectorAll('#plan-dialog .changes li:not(.more)').length > n"


def test_scrolling_shows_every_file_of_a_plan(curator: Curator, style: Path) -> None:
    for number in range(MANY):
        (style / f"n{number:04}.jpg").write_bytes(b"%d" % number)
    curator.open()
    press(curator, TO_S3)
    rows = curator.page.locator("#plan-dialog[open] .changes li:not(.more)")
    rows.first.wait_for()
    seen = rows.count()
    assert seen == AT_A_TIME
    while curator.page.locator("#plan-dialog .more").count():
        curator.page.locator("#plan-dialog .more").scroll_into_view_if_needed()
        curator.until(LOADED, seen)
        seen = rows.count()
    assert seen == MANY + 5
    assert rows.last.locator(".name").inner_text() == "sub/b.txt"
    agree(curator)
    curator.toast(f"Syncing {MANY + 5} files to S3...")


def test_deletions_show_their_pictures_or_a_placeholder(
    curator: Curator, visitor: Visitor, style: Path
) -> None:
    (style / "bad.png").write_bytes(b"no image")
    visitor.post("/api/s3/upload", {"styleId": "16"})
    curator.open()
    pictures = "[...document.querySelectorAll('.cards img')].every(i => i.naturalWidth > 0)"
    curator.cards()
    curator.until(pictures)
    for name in ("a.jpg", "a.txt", "bad.png"):
        (style / name).unlink()
    curator.page.get_by_role("checkbox", name="Sync Deletes").check()
    press(curator, TO_S3)
    rows = curator.page.locator("#plan-dialog[open] .deletes li")
    rows.first.wait_for()
    assert rows.locator(".name").all_inner_texts() == ["a.jpg", "a.txt", "bad.png"]
    curator.until(
        "[...document.querySelectorAll('#plan-dialog img')].every(i => i.naturalWidth > 0)"
    )
    assert rows.locator("img").count() == 2
    assert rows.nth(1).locator(".no-picture").is_visible()


@pytest.mark.usefixtures("pushed")
def test_a_deletion_of_what_this_machine_never_showed_has_its_picture_from_s3(
    curator: Curator, style: Path
) -> None:
    (style / "a.jpg").unlink()
    curator.open()
    curator.page.get_by_role("checkbox", name="Sync Deletes").check()
    press(curator, TO_S3)
    picture = curator.page.locator("#plan-dialog[open] .deletes img")
    picture.wait_for()
    curator.until("i => i.complete && i.naturalWidth === 40", picture.element_handle())
