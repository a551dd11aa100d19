"""Takes the pictures in docs/images: `make screenshots`.

They show the sandbox's sample styles, somewhat edited, on the embedded S3.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from manifest_sync.sandbox.painting import watercolour
from manifest_sync.sandbox.samples import make_samples
from tests.commands import here
from tests.generate import ROOT
from tests.servers import ACCESS_KEY, REGION, SECRET_KEY, moto_server
from tests.web.browser.chromium import Curator, curating, launched, program
from tests.web.visitor import Visitor, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser

IMAGES = ROOT / "docs" / "images"
MAX_BYTES = 300_000
_COLOURS = 256
"""Of a picture: hardly to be told from all, and a fifth of the bytes."""
BUCKET = "training-data"


def main() -> int:
    """Take all pictures, in light and in dark; 1 where there is no browser."""
    executable = program()
    if executable is None:
        sys.stderr.write("Chromium is not installed; on Debian: apt install chromium\n")
        return 1
    IMAGES.mkdir(exist_ok=True)
    with workspace() as root, serving(root) as visitor, launched(executable) as browser:
        for dark in (False, True):
            take(browser, visitor, dark=dark)
    return 0


@contextmanager
def workspace() -> Iterator[Path]:
    """A workspace that has something of everything to show."""
    with (
        tempfile.TemporaryDirectory() as folder,
        moto_server() as s3,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        patch.setenv("AWS_ENDPOINT_URL_S3", s3.endpoint)
        patch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
        patch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        root = Path(folder) / "dataset"
        s3.client().create_bucket(Bucket=BUCKET)
        fill(root)
        yield root


def fill(root: Path) -> None:
    """Write the samples, sync them, and edit some afterwards."""
    make_samples(root)
    for path in (root / "styles").rglob("雪山.*"):  # few machines have the letters
        path.unlink()
    for style in sorted((root / "styles").iterdir()):
        remote = f"s3://{BUCKET}/styles/{style.name}/"
        assert here(root, "init", f"styles/{style.name}", "--remote", remote).status == 0
    style = root / "styles" / "watercolor"
    for number in range(40, 54):
        watercolour(number).save(style / f"hills_{number}.png")
        (style / f"hills_{number}.txt").write_text(f"rolling hills, watercolor, {number} washes")
    assert here(root, "push", "--yes").status == 0
    for number in range(47, 50):  # what is edited and undone can be restored
        watercolour(number + 20).save(style / f"hills_{number}.png")
    (style / "hills_47.txt").write_text("a caption that was not kept")
    assert here(root, "pull", "--yes").status == 0
    (style / "hills_41.txt").write_text("misty rolling hills at dawn, watercolor, 41 washes")
    watercolour(99).save(style / "dawn.png")
    (style / "hills_44.png").unlink()
    (style / "hills_44.txt").unlink()


def take(browser: "Browser", visitor: Visitor, *, dark: bool) -> None:
    """The pages, one after the other."""
    name = "dark" if dark else "light"
    with curating(browser, visitor, dark=dark) as curator:
        page = curator.page
        curator.open("/")
        curator.until("document.querySelectorAll('.summary .states').length > 1")
        picture(curator, f"workspace-{name}")
        curator.open("/style?style=watercolor")
        curator.cards()
        picture(curator, f"style-{name}")
        page.locator("[data-path='hills_41.png'] .open").click()
        page.locator("#lightbox ins").first.wait_for()
        picture(curator, f"image-{name}")
        page.keyboard.press("Escape")
        page.get_by_role("checkbox", name="Sync Deletes").check()
        page.locator("[data-command=push]").click()
        page.locator("#plan-dialog[open]").wait_for()
        picture(curator, f"plan-{name}")
        curator.open("/history")
        page.get_by_role("button", name="Restore").first.wait_for()
        picture(curator, f"history-{name}")
        curator.open("/doctor")
        page.get_by_text("It can be used.").wait_for()
        picture(curator, f"doctor-{name}")


def picture(curator: Curator, name: str) -> None:
    """What is on the screen, when its images are there."""
    curator.until(
        "[...document.images].filter(i => i.loading !== 'lazy' || i.getBoundingClientRect().top"
        " < innerHeight).every(i => i.complete)"
    )
    curator.page.wait_for_timeout(500)
    place = IMAGES / f"{name}.png"
    with Image.open(BytesIO(curator.page.screenshot())) as taken:
        taken.convert("RGB").quantize(_COLOURS, Image.Quantize.MAXCOVERAGE).save(
            place, optimize=True
        )
    assert place.stat().st_size < MAX_BYTES, name


if __name__ == "__main__":
    sys.exit(main())
