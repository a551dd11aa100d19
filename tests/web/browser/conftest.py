"""A browser, and a person at the page with it."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.web.browser.chromium import Curator, curating, launched, program
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """Chromium. Skips where it is not installed, unless MANIFEST_SYNC_REQUIRE names browser."""
    executable = program()
    if executable is None:
        reason = "Chromium is not installed"
        if "browser" in os.environ.get("MANIFEST_SYNC_REQUIRE", ""):
            pytest.fail(reason)
        pytest.skip(reason)
    with launched(executable) as made:
        yield made


@pytest.fixture
def curator(browser: "Browser", visitor: Visitor) -> Iterator[Curator]:
    with curating(browser, visitor) as made:
        yield made
