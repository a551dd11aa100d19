"""The samples: real images, captions that pair, the same bytes every time."""

from pathlib import Path

import pytest
from PIL import Image

from manifest_sync.core.caption_text import text_trouble
from manifest_sync.core.captions import pair
from manifest_sync.core.manifest import Header
from manifest_sync.core.scope import Role, Scope
from manifest_sync.sandbox.samples import PIXEL_ART, STYLES, WATERCOLOR, SampleStyle, make_samples

_SCOPE = Scope(Header())


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workspace")
    make_samples(folder)
    return folder


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.style)
def test_every_image_is_what_its_name_says(workspace: Path, style: SampleStyle) -> None:
    formats = {".jpg": "JPEG", ".png": "PNG", ".webp": "WEBP"}
    for sample in style.samples:
        path = workspace / style.folder / sample.image
        with Image.open(path) as image:
            image.load()
            assert image.format == formats[path.suffix]
            colours = image.convert("RGB").getcolors(maxcolors=image.width * image.height)
            assert len(colours or ()) > 8, "looks like something"


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.style)
def test_everything_is_in_scope_and_no_two_images_are_alike(
    workspace: Path, style: SampleStyle
) -> None:
    files = _files(workspace / style.folder)
    assert all(_SCOPE.holds(path) for path in files)
    images = [content for path, content in files.items() if _SCOPE.role(path) is Role.IMAGE]
    assert len(set(images)) == len(images) == len(style.samples)


def test_captions_pair_and_one_is_shared(workspace: Path) -> None:
    pairing = pair(_SCOPE, _files(workspace / WATERCOLOR.folder))
    assert pairing.orphans == ()
    assert pairing.uncaptioned == ("draft.png",)
    assert pairing.captions_of["valley.jpg"] == pairing.captions_of["valley.png"] == ("valley.txt",)
    assert pairing.captions_of["10_coast/dunes.webp"] == ("10_coast/dunes.caption",)
    assert pairing.captions_of["5_places/雪山.webp"] == ("5_places/雪山.txt",)


def test_captions_are_text_a_trainer_can_read(workspace: Path) -> None:
    captions = [
        content
        for style in STYLES
        for path, content in _files(workspace / style.folder).items()
        if path.endswith((".txt", ".caption"))
    ]
    assert len(captions) == 11
    assert [text_trouble(caption) for caption in captions] == [None] * 11


def test_the_same_bytes_every_time(workspace: Path, tmp_path: Path) -> None:
    make_samples(tmp_path)
    assert _files(tmp_path) == _files(workspace)
    assert len(_files(tmp_path / PIXEL_ART.folder)) == 10
