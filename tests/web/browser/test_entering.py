"""Coming to the page: by what the browser is opened with, and by a link on another page."""

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.web.browser.chromium import Curator
from tests.web.opened import opening
from tests.web.visitor import TOKEN

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


def test_what_the_browser_is_opened_with_leads_to_the_page(
    browser: "Browser", root: Path, tmp_path: Path
) -> None:
    with opening(root, tmp_path) as opened:
        page = browser.new_context().new_page()
        page.goto(opened.arguments)
        page.get_by_role("link", name="16").wait_for()
        assert page.url == f"http://{urlsplit(opened.address).netloc}/"
        page.reload()
        page.get_by_role("link", name="16").click()
        page.locator(".card").first.wait_for()
        page.context.close()


def test_a_link_with_the_token_on_another_page_leads_to_the_page(curator: Curator) -> None:
    base = f"http://127.0.0.1:{curator.at.port}/"
    curator.page.set_content(f'<a href="{base}?token={TOKEN}">there</a>')
    curator.page.get_by_role("link", name="there").click()
    curator.page.get_by_role("link", name="16").wait_for()
    assert curator.page.url == base
