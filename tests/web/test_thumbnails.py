"""Small images: of what they are made, what they survive, and that nothing else is served."""

import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from manifest_sync.web.shrinking import shrink
from manifest_sync.web.thumbnails import Edge, Thumbnails
from tests.web.visitor import Visitor

LARGE = Image.effect_noise((900, 600), 60).convert("RGB")


def encoded(kind: str, image: Image.Image = LARGE, **options: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def opened(data: bytes | None) -> Image.Image:
    assert data is not None
    image = Image.open(BytesIO(data))
    assert image.format == "WEBP"
    return image


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_every_format_of_the_default_scope_becomes_a_small_image(kind: str) -> None:
    assert opened(shrink(encoded(kind), 384)).size == (384, 256)


def test_a_small_image_is_not_blown_up_and_what_is_clear_stays_clear() -> None:
    clear = opened(shrink(encoded("PNG", Image.new("RGBA", (20, 10), (255, 0, 0, 0))), 384))
    assert clear.size == (20, 10)
    assert clear.convert("RGBA").getpixel((1, 1))[3] == 0  # type: ignore[index]  # a tuple


def test_a_photograph_is_shown_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # "rotate 90 CW" (Exif 2.32, 4.6.4)
    assert opened(shrink(encoded("JPEG", exif=exif), 384)).size == (256, 384)


def test_of_an_animation_the_first_frame_is_shown() -> None:
    frames = [Image.new("RGB", (30, 30), colour) for colour in ("red", "blue")]
    data = encoded("GIF", frames[0], save_all=True, append_images=frames[1:])
    red, _, blue = opened(shrink(data, 384)).convert("RGB").getpixel((5, 5))  # type: ignore[misc]
    assert red > blue


def test_nothing_of_the_file_but_its_picture_is_passed_on() -> None:
    data = encoded("JPEG", comment=b"<script>canary</script>")
    assert b"canary" in data
    assert b"canary" not in (shrink(data, 384) or b"")


def png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG with that size in its header, whatever it holds."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", head), *chunks, (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )


@cache
def whole(kind: str) -> bytes:
    return encoded(kind)


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "without its picture": lambda data: data[:40],
    "of its first bytes": lambda data: data[:4],
    "with its head shot off": lambda data: data[16:],
    "with a head of ones": lambda data: b"\xff" * 16 + data[16:],
}
NO_IMAGES: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "a zero": lambda: b"\0",
    "zeros": lambda: b"\0" * 100_000,
    "text": lambda: b"a caption",
    "HTML": lambda: b"<!doctype html><script>alert(1)</script>",
    "SVG": lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "EPS": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
    "PDF": lambda: b"%PDF-1.7\n",
    "PSD": lambda: b"8BPS\0\1" + b"\0" * 100,
    "ICO": lambda: b"\0\0\1\0\1\0" + b"\x10" * 100,
    "a zip": lambda: b"PK\3\4" + b"\0" * 100,
    "a program": lambda: b"\x7fELF" + b"\0" * 100,
    "a bomb": lambda: png(30_000, 30_000, (b"IDAT", zlib.compress(b"\0" * 1_000_000))),
    "a size of zero": lambda: png(0, 0),
    "a size beyond all": lambda: png(2**31 - 1, 2**31 - 1),
    "no data": lambda: png(100, 100),
    "a text bomb": lambda: png(9, 9, (b"zTXt", b"k\0\0" + zlib.compress(b"\0" * 200_000_000))),
    "GIF of one byte": lambda: b"G",
    "TIFF in a circle": lambda: b"II*\0\x08\0\0\0\x01\0" + b"\0" * 12 + b"\x08\0\0\0",
    "BMP of minus": lambda: b"BM" + b"\xff" * 60,
}
"""More than forty files, with the damaged ones, that are called images; made for their tests."""


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_damaged_is_no_image(kind: str, damage: str) -> None:
    assert shrink(DAMAGES[damage](whole(kind)), 384) is None


@pytest.mark.parametrize("name", NO_IMAGES)
def test_what_is_broken_is_no_image_and_takes_nothing_along(name: str) -> None:
    assert shrink(NO_IMAGES[name](), 384) is None


@pytest.mark.slow
def test_a_jpeg_too_large_to_be_decoded_whole_is_decoded_small() -> None:
    large = Image.new("L", (9_600, 7_200), 90).convert("RGB")
    assert opened(shrink(encoded("JPEG", large, quality=10), 384)).size == (384, 288)


@pytest.fixture
def thumbnails(tmp_path: Path) -> Iterator[Thumbnails]:
    made = Thumbnails(tmp_path / "thumbnails")
    yield made
    made.close()


def test_what_was_made_is_kept_on_disk_and_so_is_that_nothing_can_be_made(
    thumbnails: Thumbnails, tmp_path: Path
) -> None:
    made = thumbnails.of("a" * 32, Edge.CARD, lambda: encoded("PNG"))
    assert opened(made).size == (384, 256)
    assert thumbnails.of("b" * 32, Edge.CARD, lambda: b"no image") is None
    assert len(list((tmp_path / "thumbnails").rglob("*.webp"))) == 2

    def never() -> bytes:
        raise AssertionError("read again")

    assert thumbnails.of("a" * 32, Edge.CARD, never) == made
    assert thumbnails.of("b" * 32, Edge.CARD, never) is None
    assert thumbnails.kept("a" * 32, Edge.CARD) == made
    assert thumbnails.kept("c" * 32, Edge.CARD) is None
    assert thumbnails.kept("a" * 32, Edge.WHOLE) is None


@pytest.mark.slow
def test_of_what_was_not_made_when_the_server_ended_nothing_is_remembered(
    thumbnails: Thumbnails, tmp_path: Path
) -> None:
    ended: list[str] = []

    def make(number: int) -> Callable[[], None]:
        def run() -> None:
            try:
                thumbnails.of(f"{number:032}", Edge.CARD, lambda: encoded("PNG"))
            except CancelledError:
                ended.append("cancelled")

        return run

    threads = [threading.Thread(target=make(number)) for number in range(12)]
    for thread in threads:
        thread.start()
    thumbnails.close()
    for thread in threads:
        thread.join()
    assert ended
    kept = list((tmp_path / "thumbnails").rglob("*.webp"))
    assert len(kept) == 12 - len(ended)
    assert all(path.stat().st_size for path in kept)
    assert thumbnails._pool is None
    with pytest.raises(CancelledError):
        thumbnails.of("f" * 32, Edge.CARD, lambda: encoded("PNG"))


@pytest.mark.slow
def test_a_process_that_is_killed_at_work_takes_no_other_image_along(
    thumbnails: Thumbnails,
) -> None:
    assert thumbnails.of("a" * 32, Edge.CARD, lambda: encoded("PNG"))
    assert thumbnails._pool is not None
    for process in thumbnails._pool._processes.values():
        process.kill()
    assert thumbnails.of("b" * 32, Edge.CARD, lambda: encoded("PNG"))


def test_only_contents_that_were_seen_are_served(visitor: Visitor, style: Path) -> None:
    board = visitor.ask("GET", "/fragments/cards?look=1&style=16").body.decode()
    [path, *_] = [part.partition('"')[0] for part in board.split('src="')[1:]]
    assert path.startswith("/thumbnails/")
    image = visitor.ask("GET", path)
    assert image.headers["content-type"] == "image/webp"
    assert "immutable" in image.headers["cache-control"]
    assert opened(image.body).size == (40, 30)
    md5 = path.split("/")[2].partition("?")[0]
    for wrong in ("a" * 32, "..", "%2e%2e%2fa.jpg", "a.jpg", "%00", f"{md5}.webp", md5.upper()):
        assert visitor.ask("GET", f"/thumbnails/{wrong}?style=16").status == 404, wrong
    assert visitor.ask("GET", f"/thumbnails/{md5}?style=nothing").status == 404
    assert visitor.ask("GET", f"/previews/{md5}?style=16").status == 200
    (style / "a.jpg").write_bytes(b"another file by now")
    kept = visitor.ask("GET", f"/thumbnails/{md5}?style=16")
    assert kept.body == image.body


def test_what_is_no_image_or_another_by_now_is_shown_as_a_placeholder(
    visitor: Visitor, style: Path
) -> None:
    (style / "page.png").write_bytes(b"<svg onload=alert(1)>")
    board = visitor.ask("GET", "/fragments/cards?look=1&style=16&name=page").body.decode()
    path = board.partition('src="')[2].partition('"')[0]
    shown = visitor.ask("GET", path)
    assert shown.headers["content-type"].startswith("image/svg+xml")
    assert b"onload" not in shown.body
    board = visitor.ask("GET", "/fragments/cards?style=16&name=c.webp").body.decode()
    path = board.partition('src="')[2].partition('"')[0]
    (style / "c.webp").write_bytes(b"another file by now")
    assert visitor.ask("GET", path).headers["content-type"].startswith("image/svg+xml")


@pytest.mark.slow
def test_many_at_once_are_made_by_few_processes(thumbnails: Thumbnails) -> None:
    made: list[bytes | None] = []

    def make(number: int) -> Callable[[], None]:
        return lambda: made.append(
            thumbnails.of(f"{number:032}", Edge.CARD, lambda: encoded("PNG"))
        )

    threads = [threading.Thread(target=make(number)) for number in range(6)]
    for thread in threads:
        thread.start()
    time.sleep(0.1)
    for thread in threads:
        thread.join()
    assert all(made)
    assert thumbnails._pool is not None
    assert len(thumbnails._pool._processes) <= 2
