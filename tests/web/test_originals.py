"""Images that are only on S3: fetched to be looked at, few at a time, and believed by content."""

import base64
import hashlib
import re
import threading
import time
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from manifest_sync.web.originals import MAX_BYTES_THERE
from tests.buckets import Bucket
from tests.e2e.meddler import meddling
from tests.web.visitor import Visitor, serving

PREFIX = "styles/16/"
LOOK = "/fragments/cards?look=1&style=16"


def painted(colour: str, size: tuple[int, int] = (60, 40)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


def addresses(visitor: Visitor, path: str) -> tuple[str, str]:
    """Where the small image of a card is, and the larger one."""
    html = visitor.html(LOOK)
    card = next(card for card in html.split("<li ") if f'data-path="{path}"' in card)
    found = re.search(r'data-preview="([^"]*)".*?src="([^"]*)"', card, re.DOTALL)
    assert found is not None
    return found[2], found[1]


def is_placeholder(visitor: Visitor, address: str) -> bool:
    answer = visitor.ask("GET", address)
    assert answer.status == 200
    return answer.headers["content-type"].startswith("image/svg+xml")


def test_it_is_shown_and_fetched_once(visitor: Visitor, style: Path, bucket: Bucket) -> None:
    bucket.put(PREFIX + "there.png", painted("gold"))
    card, whole = addresses(visitor, "there.png")
    shown = visitor.ask("GET", card)
    assert shown.headers["content-type"] == "image/webp"
    red, green, blue = Image.open(BytesIO(shown.body)).convert("RGB").getpixel((5, 5))  # type: ignore[misc]
    assert red > green > blue
    bucket.delete(PREFIX + "there.png")
    assert visitor.ask("GET", card).body == shown.body
    # What was not made before is not there any more; that is not remembered.
    assert is_placeholder(visitor, whole)
    bucket.put(PREFIX + "there.png", painted("gold"))
    assert not is_placeholder(visitor, whole)
    assert not (style / "there.png").exists()


def test_another_object_by_now_is_not_shown_as_what_was_there(
    visitor: Visitor, bucket: Bucket
) -> None:
    bucket.put(PREFIX + "there.png", painted("gold"))
    card, _ = addresses(visitor, "there.png")
    bucket.put(PREFIX + "there.png", painted("navy"))
    assert is_placeholder(visitor, card)
    again, _ = addresses(visitor, "there.png")
    assert again != card
    assert not is_placeholder(visitor, again)


def test_what_is_too_large_is_not_fetched(visitor: Visitor, bucket: Bucket, style: Path) -> None:
    large = painted("gold") + bytes(MAX_BYTES_THERE)
    bucket.put(PREFIX + "large.png", large)
    card, _ = addresses(visitor, "large.png")
    assert is_placeholder(visitor, card)
    # In the folder it is read, though the same content was not shown before.
    (style / "large.png").write_bytes(large)
    assert addresses(visitor, "large.png")[0] == card
    assert not is_placeholder(visitor, card)


def test_an_object_that_lies_about_its_content_is_no_small_image_of_that(
    visitor: Visitor, bucket: Bucket, style: Path
) -> None:
    claimed = hashlib.md5((style / "a.jpg").read_bytes(), usedforsecurity=False)
    client, name, key = bucket.client, bucket.name, PREFIX + "liar.png"
    said = {"md5chksum": base64.b64encode(claimed.digest()).decode()}
    upload = client.create_multipart_upload(Bucket=name, Key=key, Metadata=said)["UploadId"]
    part = client.upload_part(
        Bucket=name, Key=key, UploadId=upload, PartNumber=1, Body=painted("gold")
    )
    client.complete_multipart_upload(
        Bucket=name,
        Key=key,
        UploadId=upload,
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]},
    )
    (style / "a.jpg").unlink()
    card, _ = addresses(visitor, "liar.png")
    assert claimed.hexdigest() in card
    assert is_placeholder(visitor, card)


@pytest.mark.slow
def test_few_are_fetched_at_a_time(
    root: Path, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        bucket.put(f"{PREFIX}{number}.png", painted("gold", (60 + number, 40)))
    lock, under_way, most = threading.Lock(), 0, 0
    with meddling(bucket.endpoint) as meddler:

        def count(method: str, path: str) -> None:
            nonlocal under_way, most
            if method != "GET" or not path.endswith(".png"):
                return
            with lock:
                under_way += 1
                most = max(most, under_way)
            time.sleep(0.4)
            with lock:
                under_way -= 1

        meddler.before = count
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", meddler.endpoint)
        with serving(root) as visitor:
            cards = [addresses(visitor, f"{number}.png")[0] for number in range(6)]
            shown: list[bool] = []
            threads = [
                threading.Thread(target=lambda at=at: shown.append(is_placeholder(visitor, at)))
                for at in cards
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    assert shown == [False] * 6
    assert most == 2
