"""The history in a browser: reading on to older rows, pictures, and restoring from there."""

from pathlib import Path

import pytest

from tests.buckets import Bucket
from tests.web.browser.chromium import Curator
from tests.web.visitor import Visitor

pytestmark = pytest.mark.browser


@pytest.mark.usefixtures("pushed")
def test_older_deletions_are_read_and_restored(
    curator: Curator,
    visitor: Visitor,
    style: Path,
    bucket: Bucket,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("manifest_sync.web.past.AT_A_TIME", 2)
    for name in ("a.jpg", "c.webp", "sub/b.png"):
        bucket.client.delete_object(Bucket=bucket.name, Key=f"styles/16/{name}")
        visitor.post("/api/s3/download", {"styleId": "16", "syncDeletes": True})
    curator.open("/history")
    page = curator.page
    page.get_by_role("button", name="Restore sub/b.png").wait_for()
    assert page.get_by_role("button", name="Restore a.jpg").count() == 0
    page.get_by_role("button", name="Older deletions…").click()
    page.get_by_role("button", name="Restore a.jpg").wait_for()
    page.get_by_role("button", name="Older runs…").click()
    page.get_by_text("5 created", exact=False).wait_for()
    assert page.get_by_role("button", name="Older").count() == 0
    pictures = page.locator("img[src^='/kept/']")
    assert pictures.count() == 3
    for number in range(3):
        pictures.nth(number).scroll_into_view_if_needed()
    curator.until(
        "[...document.querySelectorAll('#history img')].every(i => i.complete && i.naturalWidth)"
    )
    page.get_by_role("button", name="Restore a.jpg").click()
    page.locator("#plan-dialog[open] .confirm").click()
    curator.toast("Successfully restored 1 file")
    assert (style / "a.jpg").exists()
