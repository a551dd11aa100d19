"""A server that ends while a page is open, and is started anew."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.web.browser.chromium import Curator, curating
from tests.web.visitor import serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

LOST = "The server cannot be reached; trying again."


@pytest.fixture
def left(browser: "Browser", root: Path) -> Iterator[Curator]:
    """At the page of a style whose server has ended."""
    with ExitStack() as person:
        with serving(root) as visitor:
            curator = person.enter_context(curating(browser, visitor))
            curator.open()
            curator.cards()
        yield curator


def test_a_server_that_has_ended_is_noticed(left: Curator) -> None:
    left.toast(LOST)


def test_a_server_that_is_back_is_followed_again(left: Curator, root: Path, style: Path) -> None:
    left.toast(LOST)
    (style / "a.jpg").unlink()
    with serving(root, port=left.at.port):
        left.toast("The server is back.")
        left.page.locator(".toast.error").wait_for(state="detached")
        left.page.locator(".card[data-path='a.jpg']").wait_for(state="detached")
        assert left.cards() == ["c.webp", "sub/b.png"]


def test_a_server_with_another_token_asks_for_its_address(left: Curator, root: Path) -> None:
    left.toast(LOST)
    with serving(root, port=left.at.port, token="another-token-of-the-tests"):  # noqa: S106
        left.toast("The server was started anew: open the address that it printed.")
        assert left.page.locator(".toast.error").count() == 1
