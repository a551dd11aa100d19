"""A style of thousands of images: what is far from the screen costs nothing, and is there."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest
from PIL import Image

from tests.buckets import new_bucket
from tests.commands import here
from tests.servers import S3Server
from tests.web.browser.chromium import Curator, curating
from tests.web.visitor import Visitor, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MANY = 5000
MOST_CARDS = 150
"""Elements at any time: twelve rows of seven, and as many again."""


def name(number: int) -> str:
    return f"{number:05}.jpg"


def make_images(style: Path, count: int) -> None:
    """Write as many images, no two alike; each third has a caption."""
    for number in range(count):
        colour = (number % 256, number // 256, 90)
        Image.new("RGB", (32, 24), colour).save(style / name(number), "JPEG")
        if number % 3 == 0:
            (style / f"{number:05}.txt").write_text(f"caption of number {number}")


@pytest.fixture(scope="module")
def style(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with all of them, names 00000.jpg and on."""
    made = tmp_path_factory.mktemp("many") / "styles" / "16"
    made.mkdir(parents=True)
    make_images(made, MANY)
    return made


@pytest.fixture(scope="module")
def visitor(moto: S3Server, style: Path) -> Iterator[Visitor]:
    """The server of a workspace with all of them; nothing is on S3."""
    root = style.parent.parent
    with new_bucket(moto) as bucket:
        assert here(root, "init", "styles/16", "--remote", bucket.remote()).status == 0
        with serving(root) as made:
            yield made


@pytest.fixture
def curator(browser: "Browser", visitor: Visitor) -> Iterator[Curator]:
    """Somebody who looks at them."""
    with curating(browser, visitor) as made:
        made.open()
        made.page.locator(".card").first.wait_for()
        yield made


def has_card(curator: Curator, number: int) -> None:
    """Wait until an image is on the screen with its picture, as the one that it is of all."""
    curator.until(
        """([path, place]) => {
            const card = document.querySelector(`.card[data-path="${path}"]`);
            const box = card?.getBoundingClientRect();
            return card?.querySelector("img").naturalWidth > 0
                && card.getAttribute("aria-posinset") === String(place)
                && box.bottom > 0 && box.top < innerHeight;
        }""",
        [name(number), number + 1],
    )


def is_bounded(curator: Curator) -> int:
    count = curator.page.locator(".cards > *").count()
    assert 0 < count <= MOST_CARDS
    return count


def scroll(curator: Curator, part: float) -> None:
    """Drag the scrollbar to a part of its way."""
    curator.page.evaluate(
        """part => {
            scrollTo({behavior: 'instant', top: part * document.body.scrollHeight});
            const seen = done => requestAnimationFrame(() => requestAnimationFrame(done));
            return new Promise(seen);
        }""",
        part,
    )


def test_the_first_are_there_soon_and_the_last_at_once(
    curator: Curator, capsys: pytest.CaptureFixture[str]
) -> None:
    page = curator.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    began = time.monotonic()
    page.reload()
    has_card(curator, 0)
    first = time.monotonic() - began
    page.get_by_text("5,000 images", exact=True).wait_for()
    height = page.evaluate("document.body.scrollHeight")
    began = time.monotonic()
    scroll(curator, 1)
    has_card(curator, MANY - 1)
    last = time.monotonic() - began
    # Nothing between was asked for.
    begins = [url.partition("begin=")[2] for url in asked if "begin=" in url]
    assert begins
    assert min(int(begin) for begin in begins) > MANY - 500
    assert page.evaluate("document.body.scrollHeight") == height
    most = 0
    for part in range(20, -1, -1):
        scroll(curator, part / 20)
        page.wait_for_timeout(30)
        most = max(most, is_bounded(curator))
    has_card(curator, 0)
    counted = page.evaluate("document.querySelectorAll('*').length")
    with capsys.disabled():
        sys.stdout.write(
            f"\n{MANY} images: first thumbnail {first:.1f} s after a reload, the last one "
            f"{last:.1f} s after a jump; {most} cards at most, {counted} elements\n"
        )


def test_rows_follow_one_another_wherever_one_looks(curator: Curator) -> None:
    page = curator.page
    for part in (0.31, 0.9, 0.02, 0.5):
        scroll(curator, part)
        curator.until("!document.querySelector('.blank') && document.querySelector('.card')")
        shown = page.locator(".card").evaluate_all(
            "all => all.map(c => [c.dataset.path, Number(c.getAttribute('aria-posinset')) - 1])"
        )
        first = shown[0][1]
        assert [tuple(each) for each in shown] == [
            (name(number), number) for number in range(first, first + len(shown))
        ]
        tops = page.locator(".card").evaluate_all("all => all.map(c => c.offsetTop)")
        columns = tops.count(tops[0])
        pitch = tops[columns] - tops[0]
        assert tops == [tops[0] + at // columns * pitch for at in range(len(tops))]
        assert first % columns == 0


def has_focus(curator: Curator, number: int) -> None:
    """Wait until the focus is on an image, and that on the screen."""
    has_card(curator, number)
    curator.until(
        "name => document.activeElement.closest('.card')?.dataset.path === name", name(number)
    )


def test_keys_lead_across_what_is_not_loaded(curator: Curator) -> None:
    page = curator.page
    page.locator(".card .open").first.focus()
    page.keyboard.press("End")
    has_focus(curator, MANY - 1)
    page.keyboard.press("ArrowLeft")
    has_focus(curator, MANY - 2)
    # Scrolled away by mouse, the focus comes back where it was.
    scroll(curator, 0.3)
    curator.until("!document.querySelector('.card[data-path=\"04998.jpg\"]')")
    page.keyboard.press("ArrowLeft")
    has_focus(curator, MANY - 3)
    page.keyboard.press("Home")
    has_focus(curator, 0)
    page.keyboard.press("PageDown")
    page.keyboard.press("PageUp")
    has_focus(curator, 0)
    # The gallery is one stop of the Tab key, with its box and its button.
    stops = page.locator(".cards [tabindex='0']").evaluate_all("all => all.map(e => e.className)")
    assert stops == ["pick", "open"]


def test_a_selection_reaches_over_what_is_not_loaded(curator: Curator) -> None:
    page = curator.page
    selected = page.locator("#selected")
    page.locator(".pick").first.click()
    # The page of the workspace, which one has just left, may look only now.
    curator.at.html("/fragments/summary?style=16")
    scroll(curator, 1)
    has_card(curator, MANY - 1)
    page.locator(".pick").last.click(modifiers=["Shift"])
    curator.until("document.getElementById('selected').textContent === '5,000 selected'")
    scroll(curator, 0.5)
    curator.until("document.querySelector('.card') && !document.querySelector('.blank')")
    assert page.locator(".pick:not(:checked)").count() == 0
    page.locator(".pick").first.click()
    assert selected.inner_text() == "4,999 selected"
    page.get_by_role("button", name="Select none").click()
    assert selected.inner_text() == ""
    page.get_by_label("Without a caption").check()
    page.get_by_text("3,333 images", exact=True).wait_for()
    page.locator(".card .open").first.focus()
    page.keyboard.press("Control+a")
    curator.until("document.getElementById('selected').textContent === '3,333 selected'")
    with page.expect_request("**/fragments/plan") as asked:
        page.get_by_role("button", name="Remove from S3").click()
    sent = parse_qs(asked.value.post_data or "")["image"]
    assert sent == [name(number) for number in range(MANY) if number % 3]


def test_a_selection_of_what_has_changed_meanwhile_is_made_again(
    curator: Curator, style: Path
) -> None:
    page = curator.page
    scroll(curator, 1)
    has_card(curator, MANY - 1)
    caption = style / "00000.txt"
    text = caption.read_text()
    caption.write_text("edited by somebody else")
    try:
        curator.at.html("/fragments/summary?style=16")
        page.get_by_role("button", name="Select all").click()
        curator.toast("The images have changed meanwhile; please select again.")
        page.get_by_role("button", name="Select all").click()
        curator.until("document.getElementById('selected').textContent === '5,000 selected'")
    finally:
        caption.write_text(text)


def test_one_image_leads_to_the_next_wherever_it_is(curator: Curator) -> None:
    page = curator.page
    scroll(curator, 1)
    has_card(curator, MANY - 1)
    page.get_by_role("button", name=f"Open {name(MANY - 1)}").click()
    page.get_by_text("5,000 of 5,000", exact=True).wait_for()
    page.keyboard.press("ArrowRight")
    for number in range(MANY - 2, MANY - 130, -1):
        page.keyboard.press("ArrowLeft")
        page.get_by_role("heading", name=name(number)).wait_for()
    curator.until("document.getElementById('lightbox-image').naturalWidth === 32")
    page.keyboard.press("Escape")
    has_focus(curator, MANY - 129)


def test_what_is_chosen_far_down_begins_with_its_first(curator: Curator) -> None:
    page = curator.page
    scroll(curator, 0.8)
    page.get_by_label("Sort by").select_option("size")
    curator.until("document.querySelector('.card')?.getAttribute('aria-posinset') === '1'")
    scroll(curator, 0.8)
    page.get_by_role("searchbox", name="Name").fill("0499")
    page.get_by_text("11 images", exact=True).wait_for()
    assert sorted(curator.cards()) == [name(number) for number in (499, *range(4990, 5000))]
    assert page.locator(".card").first.bounding_box()["y"] > 0  # type: ignore[index]  # it is there


def test_what_is_in_sight_stays_there_when_the_window_changes(curator: Curator) -> None:
    scroll(curator, 0.5)
    curator.until("!document.querySelector('.blank') && document.querySelector('.card')")
    seen = curator.page.evaluate(
        """[...document.querySelectorAll('.card')].find(
            card => card.getBoundingClientRect().top > 100).dataset.path"""
    )
    for width in (700, 2000):
        curator.page.set_viewport_size({"width": width, "height": 900})
        has_card(curator, int(seen[:5]))


def test_another_look_at_the_style_is_followed(curator: Curator, visitor: Visitor) -> None:
    page = curator.page
    page.locator(".pick").first.click()
    visitor.html("/fragments/cards?style=16&look=1")
    scroll(curator, 0.6)
    place = page.evaluate("scrollY")
    curator.until("!document.querySelector('.blank') && document.querySelector('.card')")
    assert page.evaluate("scrollY") == place
    assert page.locator("#selected").inner_text() == "1 selected"


def test_a_server_that_is_gone_is_told_of_once_and_its_return_is_noticed(
    curator: Curator,
) -> None:
    page = curator.page
    page.context.set_offline(True)
    for part in (0.3, 0.6, 0.9):
        scroll(curator, part)
        page.wait_for_timeout(300)
    curator.toast("The server cannot be reached: it has ended")
    said = page.locator(".toast", has_text="it has ended")
    assert said.count() == 1
    page.context.set_offline(False)
    scroll(curator, 1)
    has_card(curator, MANY - 1)
