"""Debian's Chromium, driven by Playwright, at the page of a server on loopback."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING

from tests.web.visitor import TOKEN, Visitor

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


def program() -> str | None:
    """The browser, where there is one."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


@contextmanager
def launched(executable: str) -> Iterator["Browser"]:
    """A browser without a window."""
    # Imported here: the fast suite has better use for the time it takes.
    playwright = import_module("playwright.sync_api").sync_playwright
    # Chromium's own sandbox needs another user than root.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with playwright() as driver:
        browser = driver.chromium.launch(executable_path=executable, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


@dataclass(frozen=True)
class Curator:
    """A person at a page, whose browser tells of what should not be."""

    page: "Page"
    at: Visitor
    troubles: list[str] = field(default_factory=list)

    def open(self, path: str = "/style?style=16") -> None:
        """Come by the printed address, and go to a page."""
        base = f"http://127.0.0.1:{self.at.port}"
        self.page.goto(f"{base}/?token={TOKEN}")
        assert self.page.url == f"{base}/"
        if path != "/":
            self.page.goto(base + path)
        self.page.wait_for_load_state("load")

    def toast(self, text: str) -> None:
        """Wait until that is said."""
        self.page.locator(".toast", has_text=text).first.wait_for()

    def until(self, expression: str, argument: object = None, seconds: float = 60) -> None:
        """Wait until that is true. Playwright's own wait needs what the page's policy forbids."""
        deadline = time.monotonic() + seconds
        while not self.page.evaluate(expression, argument):
            assert time.monotonic() < deadline, expression
            time.sleep(0.05)

    def cards(self) -> list[str]:
        """The images that are shown, when they are."""
        self.page.locator("#cards .count").wait_for()
        found = self.page.locator(".card").evaluate_all("all => all.map(c => c.dataset.path)")
        assert isinstance(found, list)
        return found


@contextmanager
def curating(
    browser: "Browser", at: Visitor, *, width: int = 1280, dark: bool = False
) -> Iterator[Curator]:
    """A person with a browser of their own. Nothing but the server may be asked for anything."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light"
    )
    context.set_default_timeout(20_000)
    try:
        curator = Curator(context.new_page(), at)
        watch(curator, curator.page)
        yield curator
        assert curator.troubles == []
    finally:
        context.close()


def watch(curator: Curator, page: "Page") -> None:
    """Note errors of scripts, violations of the policy, and requests to anybody else."""
    ours = (f"http://127.0.0.1:{curator.at.port}/", "data:")
    page.on("pageerror", lambda error: curator.troubles.append(f"{error}"))
    page.on(
        "console",
        lambda said: (
            curator.troubles.append(said.text) if "Content Security" in said.text else None
        ),
    )
    page.on(
        "request",
        lambda asked: None if asked.url.startswith(ours) else curator.troubles.append(asked.url),
    )
