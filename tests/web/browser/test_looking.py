"""Looking at a workspace in a browser: the gallery, the filters, one image, the keyboard."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.buckets import Bucket
from tests.web.browser.chromium import Curator, curating
from tests.web.visitor import Visitor
from tests.workspace.places import write_manifest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

pytestmark = pytest.mark.browser

PREFIX = "styles/16/"
WIDTHS = (360, 1280, 2560)


def focused(curator: Curator) -> tuple[str, str]:
    """The card and the part of it that has the focus."""
    card, part = curator.page.evaluate(
        "[document.activeElement.closest('.card')?.dataset.path ?? '',"
        " document.activeElement.className]"
    )
    return card, part


def test_from_the_workspace_to_a_style(curator: Curator) -> None:
    curator.open("/")
    curator.page.get_by_text("3 images, 2 captions").wait_for()
    curator.page.get_by_text("1 image without a caption").wait_for()
    curator.page.get_by_role("link", name="16").click()
    assert curator.cards() == ["a.jpg", "c.webp", "sub/b.png"]
    mark = curator.page.locator(".card").first.locator(".mark")
    assert (mark.inner_text(), mark.get_attribute("title")) == ("📝", "Has caption file")
    assert curator.page.locator(".mark").count() == 2
    facts = curator.page.locator(".card .facts").first.inner_text()
    assert facts.startswith("40 × 30 · ")
    curator.until(
        "[...document.querySelectorAll('.card img')].every(i => i.complete && i.naturalWidth > 0)"
    )


def test_styles_are_searched_and_sorted(
    curator: Curator, visitor: Visitor, root: Path, bucket: Bucket
) -> None:
    for name in ("castles", "2"):
        folder = root / "styles" / name
        write_manifest(folder, name, bucket.remote(f"{name}/"))
        (folder / "large.png").write_bytes(bytes(100_000))
        visitor.post("/api/s3/upload", {"styleId": name})
    (root / "styles" / "2" / "large.png").write_bytes(b"edited")
    bucket.put("2/large.png", b"edited elsewhere")
    (root / "styles" / "bad").mkdir()
    (root / "styles" / "bad" / "manifest.json").write_text("{")
    curator.open("/")
    names = curator.page.locator(".style:not([hidden]) h2")
    curator.until("document.querySelectorAll('.summary .states').length === 3")
    by_name = ["2", "16", "castles", "styles/bad"]
    assert names.all_inner_texts() == by_name
    for order, first in {
        "images": ["16", "2", "castles"],
        "size": ["castles", "16", "2"],
        "state": ["styles/bad", "2", "16"],
        "last sync": ["2", "castles", "16"],
        "name": by_name,
    }.items():
        curator.page.get_by_label("Sort by").select_option(order)
        assert names.all_inner_texts()[: len(first)] == first, order
    curator.page.get_by_label("Search").fill("CAST")
    assert names.all_inner_texts() == ["castles"]


def test_a_style_that_cannot_be_compared_says_so(curator: Curator, root: Path) -> None:
    write_manifest(root / "styles" / "astray", "astray", "s3://no-such-bucket-at-all/astray/")
    curator.open("/")
    curator.page.locator(".style", has_text="It cannot be compared now.").wait_for()
    curator.page.locator(".toast.error").wait_for()
    curator.page.get_by_text("3 images, 2 captions").wait_for()


def test_no_answer_comes_before_the_page_can_hear_it(curator: Curator, root: Path) -> None:
    write_manifest(root / "styles" / "astray", "astray", "s3://no-such-bucket-at-all/astray/")
    page = curator.page

    def late(route: "Route") -> None:
        page.wait_for_timeout(2000)
        route.continue_()

    page.route("**/static/styles.js", late)
    curator.open("/")
    page.locator(".style", has_text="It cannot be compared now.").wait_for()
    page.locator(".toast.error").wait_for()


@pytest.mark.usefixtures("pushed")
def test_filters_show_some_and_then_all_again(curator: Curator, style: Path) -> None:
    (style / "a.txt").write_text("edited")
    curator.open()
    curator.cards()
    page = curator.page
    page.get_by_label("Show").select_option("changed")
    page.get_by_text("1 image", exact=True).wait_for()
    assert curator.cards() == ["a.jpg"]
    page.get_by_label("Show").select_option("")
    page.get_by_label("Without a caption").check()
    page.locator(".card[data-path='a.jpg']").wait_for(state="detached")
    assert curator.cards() == ["c.webp"]
    page.get_by_label("Without a caption").uncheck()
    page.get_by_role("searchbox", name="Caption").fill("caption b")
    page.locator(".card[data-path='c.webp']").wait_for(state="detached")
    assert curator.cards() == ["sub/b.png"]
    page.get_by_role("searchbox", name="Caption").fill("")
    page.get_by_text("3 images", exact=True).wait_for()


@pytest.mark.usefixtures("pushed")
def test_one_image_with_what_changed_in_its_caption(curator: Curator, style: Path) -> None:
    (style / "a.txt").write_text("caption of a")
    curator.open()
    curator.cards()
    page = curator.page
    page.get_by_role("button", name="Open a.jpg").click()
    page.locator("#lightbox[open] ins").wait_for()
    assert page.locator("#lightbox ins").inner_text().strip() == "of"
    curator.until("document.getElementById('lightbox-image').naturalWidth === 40")
    page.keyboard.press("ArrowRight")
    page.get_by_role("heading", name="c.webp").wait_for()
    page.get_by_text("No caption file.").wait_for()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("heading", name="sub/b.png").wait_for()
    page.keyboard.press("ArrowLeft")
    page.get_by_role("heading", name="c.webp").wait_for()
    page.keyboard.press("Escape")
    page.locator(".card[data-path='c.webp'] .open:focus").wait_for()


def test_all_of_it_by_keyboard(curator: Curator, bucket: Bucket) -> None:
    curator.open()
    curator.cards()
    page = curator.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.locator(".card .open").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert focused(curator) == ("c.webp", "open")
    page.keyboard.press("x")
    assert page.locator("#selected").inner_text() == "1 selected"
    page.keyboard.press("Control+a")
    assert page.locator("#selected").inner_text() == "3 selected"
    page.keyboard.press("Enter")
    page.locator("#lightbox[open]").wait_for()
    page.keyboard.press("Escape")
    page.locator("[data-command=push]").focus()
    page.keyboard.press("Enter")
    page.locator("#plan-dialog[open]").wait_for()
    assert page.evaluate("document.activeElement.closest('#plan-dialog') !== null")
    page.locator(".confirm").focus()
    page.keyboard.press("Enter")
    curator.toast("Successfully uploaded 5 images to S3")
    assert len(bucket.objects(PREFIX)) == 5


def test_what_is_broken_is_a_placeholder(curator: Curator, style: Path) -> None:
    (style / "bad.png").write_bytes(b"<svg onload=alert(1)>")
    curator.open()
    curator.cards()
    image = curator.page.locator(".card[data-path='bad.png'] img")
    curator.until("i => i.complete && i.naturalWidth > 0", image.element_handle())
    assert "missing" not in (image.get_attribute("class") or "")


def test_history_restores_and_the_doctor_speaks(
    curator: Curator, visitor: Visitor, style: Path, bucket: Bucket
) -> None:
    visitor.post("/api/s3/upload", {"styleId": "16"})
    (style / "c.webp").unlink()
    visitor.post("/api/s3/upload", {"styleId": "16", "syncDeletes": True})
    curator.open("/history")
    page = curator.page
    page.get_by_role("button", name="Restore c.webp").click()
    page.locator("#plan-dialog[open] .confirm").click()
    curator.toast("Successfully restored 1 file")
    page.locator(".state", has_text="restored").wait_for()
    assert "c.webp" in bucket.objects(PREFIX)
    page.get_by_role("link", name="Doctor").click()
    page.get_by_text("It can be used.").wait_for()


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_sticks_out_at_any_width(
    browser: "Browser", visitor: Visitor, style: Path, width: int
) -> None:
    long = "a-name-without-any-place-to-break-it-" * 5
    (style / f"{long}.png").write_bytes(b"x")
    with curating(browser, visitor, width=width) as curator:
        for path in ("/", "/style?style=16", "/history", "/doctor"):
            curator.open(path)
            curator.until("!document.querySelector('[aria-busy=true], .htmx-request')")
            wide = curator.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, path
        curator.open()
        curator.cards()
        curator.page.locator("[data-command=push]").click()
        curator.page.locator("#plan-dialog[open]").wait_for()
        box = curator.page.locator("#plan-dialog").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
