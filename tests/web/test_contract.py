"""The five requests of existing front ends, against a real S3 server."""

import hashlib
from pathlib import Path

import pytest

from manifest_sync.workspace.workspace import Workspace
from tests.buckets import Bucket
from tests.commands import here
from tests.web.visitor import Visitor

ALL = {"a.jpg", "a.txt", "c.webp", "sub/b.png", "sub/b.txt"}
PREFIX = "styles/16/"


def names(rows: list[dict[str, object]]) -> list[object]:
    return [row["filename"] for row in rows]


@pytest.mark.usefixtures("pushed")
def test_compare_tells_the_four_groups(visitor: Visitor, style: Path, bucket: Bucket) -> None:
    (style / "c.webp").unlink()
    (style / "new.jpg").write_bytes(b"new")
    (style / "a.txt").write_text("edited")
    found = visitor.post("/api/s3/compare", {"styleId": "16", "unknown": [1]})
    there = hashlib.md5(b"caption a", usedforsecurity=False).hexdigest()
    here_now = hashlib.md5(b"edited", usedforsecurity=False).hexdigest()
    webp = len(bucket.get(PREFIX + "c.webp"))
    assert found == {
        "missing_in_s3": [
            {"filename": "new.jpg", "localPath": "styles/16/new.jpg", "size": 3},
        ],
        "missing_locally": [{"filename": "c.webp", "s3Key": PREFIX + "c.webp", "size": webp}],
        "different": [
            {
                "filename": "a.txt",
                "reason": "content_mismatch",
                "localMd5": here_now,
                "s3Etag": there,
            }
        ],
        "identical": [
            {"filename": name, "size": (style / name).stat().st_size}
            for name in ("a.jpg", "sub/b.png", "sub/b.txt")
        ],
    }


@pytest.mark.usefixtures("pushed")
def test_compare_of_named_files_takes_all_others_for_absent(visitor: Visitor) -> None:
    images = [
        {"filename": "a.jpg", "localPath": "/etc/passwd"},
        {"filename": "../../../etc/passwd"},
        {"filename": "gone.jpg"},
    ]
    found = visitor.post("/api/s3/compare", {"styleId": "16", "localImages": images})
    assert names(found["identical"]) == ["a.jpg"]
    assert set(names(found["missing_locally"])) == ALL - {"a.jpg"}
    assert found["missing_in_s3"] == found["different"] == []
    none = visitor.post("/api/s3/compare", {"styleId": "16", "localImages": []})
    assert set(names(none["missing_locally"])) == ALL


def test_upload_sends_all_that_s3_has_not(visitor: Visitor, style: Path, bucket: Bucket) -> None:
    found = visitor.post("/api/s3/upload", {"styleId": "16"})
    assert (found["uploaded"], found["failed"], found["deleted"]) == (5, 0, 0)
    assert set(found["uploaded_files"]) == ALL
    assert bucket.get(PREFIX + "sub/b.png") == (style / "sub/b.png").read_bytes()
    again = visitor.post("/api/s3/upload", {"styleId": "16", "images": None})
    assert again == {
        "uploaded": 0,
        "failed": 0,
        "deleted": 0,
        "uploaded_files": [],
        "conflicts": [],
    }


def test_upload_of_named_images_takes_their_captions_along(
    visitor: Visitor, bucket: Bucket
) -> None:
    images = ["sub/b.png", {"filename": "c.webp", "localPath": "/x"}]
    found = visitor.post("/api/s3/upload", {"styleId": "16", "images": images})
    assert set(found["uploaded_files"]) == {"sub/b.png", "sub/b.txt", "c.webp"}
    assert set(bucket.objects(PREFIX)) == {"sub/b.png", "sub/b.txt", "c.webp"}


@pytest.mark.parametrize(
    "name",
    [
        "gone.jpg",
        "",
        "../16/a.jpg",
        "/etc/passwd",
        "a.jpg/",
        "manifest.json",
        "A\\b",
        "\0",
        "\ud800",
    ],
)
def test_a_name_that_no_file_has_is_a_failure_and_the_rest_is_sent(
    visitor: Visitor, bucket: Bucket, name: str
) -> None:
    found = visitor.post("/api/s3/upload", {"styleId": "16", "images": [name, "c.webp", name]})
    assert (found["uploaded_files"], found["failed"]) == (["c.webp"], 1)
    assert set(bucket.objects(PREFIX)) == {"c.webp"}


@pytest.mark.usefixtures("pushed")
def test_upload_deletes_only_when_told_and_then_in_the_whole_style(
    visitor: Visitor, style: Path, bucket: Bucket
) -> None:
    (style / "a.jpg").unlink()
    (style / "a.txt").unlink()
    (style / "sub/b.txt").write_text("edited")
    (style / "c.webp").write_bytes(b"edited, and not named")
    named = {"styleId": "16", "images": ["sub/b.png"]}
    without = visitor.post("/api/s3/upload", named)
    assert (without["uploaded_files"], without["deleted"]) == (["sub/b.txt"], 0)
    found = visitor.post("/api/s3/upload", {**named, "syncDeletes": True})
    assert (found["uploaded"], found["deleted"], found["failed"]) == (0, 2, 0)
    assert set(bucket.objects(PREFIX)) == ALL - {"a.jpg", "a.txt"}
    assert bucket.get(PREFIX + "c.webp") != b"edited, and not named"


@pytest.mark.usefixtures("pushed")
def test_download_fetches_and_deletes_only_when_told(
    visitor: Visitor, style: Path, bucket: Bucket
) -> None:
    bucket.put(PREFIX + "new.jpg", b"of somebody else")
    bucket.delete(PREFIX + "c.webp")
    found = visitor.post("/api/s3/download", {"styleId": "16"})
    assert found == {"downloaded": 1, "failed": 0, "deleted": 0, "conflicts": []}
    assert (style / "new.jpg").read_bytes() == b"of somebody else"
    assert (style / "c.webp").exists()
    found = visitor.post("/api/s3/download", {"styleId": "16", "syncDeletes": True})
    assert (found["downloaded"], found["deleted"]) == (0, 1)
    assert not (style / "c.webp").exists()


@pytest.mark.usefixtures("pushed")
def test_remove_deletes_objects_with_captions_and_keeps_the_files(
    visitor: Visitor, style: Path, bucket: Bucket
) -> None:
    images = ["a.jpg", {"filename": "gone.jpg"}, "../x", "notes.md"]
    bucket.put(PREFIX + "notes.md", b"of other people")
    found = visitor.post("/api/s3/remove", {"styleId": "16", "images": images})
    assert found == {"removed": 2, "failed": 3}
    assert set(bucket.objects(PREFIX)) == (ALL - {"a.jpg", "a.txt"}) | {"notes.md"}
    assert (style / "a.jpg").exists()
    assert visitor.post("/api/s3/upload", {"styleId": "16"})["uploaded"] == 0
    none = visitor.post("/api/s3/remove", {"styleId": "16", "images": ["gone.jpg"]})
    assert none == {"removed": 0, "failed": 1}


def test_images_are_listed_with_size_and_caption(visitor: Visitor, style: Path) -> None:
    (style / "broken.png").write_bytes(b"no image")
    (style / "c.caption").write_text("c")
    (style / "c.txt").write_text("c")
    found = visitor.get("/training-images-with-captions?styleId=16&version=3")
    [a, broken, c, b] = found["images"]
    assert a == {
        "filename": "a.jpg",
        "size": (style / "a.jpg").stat().st_size,
        "width": 40,
        "height": 30,
        "hasCaption": True,
        "captionFile": "a.txt",
    }
    assert (broken["width"], broken["height"], broken["captionFile"]) == (None, None, None)
    assert broken["hasCaption"] is False
    assert (c["filename"], c["captionFile"]) == ("c.webp", "c.txt")
    assert (b["filename"], b["width"], b["height"]) == ("sub/b.png", 20, 50)


def test_a_replaced_image_has_its_new_size(visitor: Visitor, style: Path) -> None:
    path = "/training-images-with-captions?styleId=16"
    assert visitor.get(path)["images"][0]["width"] == 40
    (style / "a.jpg").write_bytes((style / "sub/b.png").read_bytes())
    assert visitor.get(path)["images"][0]["width"] == 20


def test_conflicts_are_left_alone_and_told_and_409_where_there_is_nothing_else(
    visitor: Visitor, pushed: Path, style: Path, bucket: Bucket
) -> None:
    (style / "a.txt").write_text("mine")
    (style / "sub/b.txt").write_text("edited")
    bucket.put(PREFIX + "a.txt", b"theirs")
    here(pushed, "record")
    found = visitor.post("/api/s3/download", {"styleId": "16"})
    conflict = {"filename": "a.txt", "reason": "both_changed"}
    assert found["conflicts"] == [conflict]
    assert (style / "a.txt").read_text() == "mine"
    answer = visitor.ask("POST", "/api/s3/upload", {"styleId": "16"})
    assert (answer.status, answer.json()["code"]) == (409, "conflicts")
    assert answer.json()["conflicts"] == [conflict]
    assert bucket.get(PREFIX + "a.txt") == b"theirs"


@pytest.mark.usefixtures("pushed")
def test_what_is_refused_is_409_with_the_refusals_and_nothing_is_done(
    visitor: Visitor, style: Path, bucket: Bucket
) -> None:
    for name in ALL:
        (style / name).unlink()
    answer = visitor.ask("POST", "/api/s3/upload", {"styleId": "16", "syncDeletes": True})
    assert (answer.status, answer.json()["code"]) == (409, "refused")
    [refusal] = answer.json()["refusals"]
    assert refusal["code"] == "side_emptied"
    assert refusal["flag"] == "--allow-empty 16"
    assert set(bucket.objects(PREFIX)) == ALL


def test_another_run_is_423_and_reading_goes_on(visitor: Visitor, root: Path) -> None:
    with Workspace.open(root) as workspace, workspace.holding("push"):
        for path, more in (("upload", {}), ("download", {}), ("remove", {"images": ["a.jpg"]})):
            answer = visitor.ask("POST", f"/api/s3/{path}", {"styleId": "16", **more})
            assert (answer.status, answer.json()["code"]) == (423, "locked")
            assert "“push”" in answer.json()["message"]
        assert names(visitor.post("/api/s3/compare", {"styleId": "16"})["missing_in_s3"])
    assert visitor.post("/api/s3/upload", {"styleId": "16"})["uploaded"] == 5


@pytest.mark.slow
def test_an_s3_that_cannot_be_reached_is_not_our_mistake(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    answer = visitor.ask("POST", "/api/s3/compare", {"styleId": "16"})
    assert answer.status in (502, 503), answer.body
    assert answer.json()["message"]


def test_a_broken_manifest_is_409_and_says_what_is_wrong(visitor: Visitor, style: Path) -> None:
    (style / "manifest.json").write_text("{")
    answer = visitor.ask("POST", "/api/s3/compare", {"styleId": "16"})
    assert (answer.status, answer.json()["code"]) == (409, "invalid")
    assert "manifest.json" in answer.json()["message"]
