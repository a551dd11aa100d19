"""The page for everybody: axe-core finds nothing serious, in light and in dark."""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.buckets import Bucket
from tests.web.browser.chromium import Curator, curating
from tests.web.visitor import Visitor, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

SERIOUS = {"serious", "critical"}


def check(curator: Curator) -> None:
    """Hold what is on the screen to WCAG's rules."""
    axe = import_module("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(curator.page).response["violations"]
    assert [
        (each["id"], [node["html"] for node in each["nodes"]])
        for each in found
        if each["impact"] in SERIOUS
    ] == []


@pytest.mark.usefixtures("pushed")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_serious_is_found_on_any_page_or_dialog(
    browser: "Browser", visitor: Visitor, style: Path, bucket: Bucket, *, dark: bool
) -> None:
    (style / "new.jpg").write_bytes(b"new")
    (style / "a.txt").write_text("mine")
    (style / "c.webp").unlink()
    (style / "sub/b.txt").write_text("changed here")
    bucket.put("styles/16/a.txt", b"theirs")
    with curating(browser, visitor, dark=dark) as curator:
        page = curator.page
        curator.open("/")
        page.locator(".states").wait_for()
        check(curator)
        curator.open()
        curator.cards()
        check(curator)
        page.get_by_role("button", name="Open a.jpg").click()
        page.locator("#lightbox ins").wait_for()
        check(curator)
        page.keyboard.press("Escape")
        page.get_by_role("checkbox", name="Sync Deletes").check()
        page.locator("[data-command=push]").click()
        page.locator("#plan-dialog[open] .conflicts").wait_for()
        check(curator)
        page.locator("#plan-dialog .confirm").click()
        curator.toast("Successfully")
        check(curator)
        curator.open("/history")
        page.get_by_role("button", name="Restore c.webp").click()
        page.locator("#plan-dialog[open]").wait_for()
        check(curator)
        curator.open("/doctor")
        page.get_by_text("It can be used.").wait_for()
        check(curator)


def test_the_check_would_find_something(curator: Curator) -> None:
    curator.open("/")
    curator.page.evaluate("document.querySelector('main').innerHTML += '<button></button>'")
    with pytest.raises(AssertionError, match="button-name"):
        check(curator)


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_serious_is_found_on_the_description_of_the_api(
    browser: "Browser", root: Path, width: int
) -> None:
    with (
        serving(root, api_docs=True) as visitor,
        curating(browser, visitor, width=width) as curator,
    ):
        curator.open("/docs")
        curator.page.get_by_role("heading", name="POST /api/s3/upload").wait_for()
        assert curator.page.evaluate("document.documentElement.scrollWidth") <= width
        check(curator)
        curator.page.get_by_role("link", name="UploadRequest").first.click()
        assert curator.page.url.endswith("/docs#UploadRequest")
