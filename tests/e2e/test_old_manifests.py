"""An old manifest brings its state back: from old versions, from the trash, from anybody's."""

import json

import pytest

from tests.e2e.places import BOTH_SERVERS_SLOWLY, FILES, Place

pytestmark = BOTH_SERVERS_SLOWLY

BETTER = {**FILES, "a.txt": b"a better caption", "10_subject/b.png": b"image b, retouched"}


@pytest.fixture(params=["unversioned", "versioned"])
def kept_by(request: pytest.FixtureRequest, place: Place) -> str:
    """What outlives a change on S3: versions, or copies in the trash."""
    if request.param == "versioned":
        place.bucket.client.put_bucket_versioning(
            Bucket=place.bucket.name, VersioningConfiguration={"Status": "Enabled"}
        )
    return str(request.param)


@pytest.fixture
def old(place: Place, kept_by: str) -> bytes:
    """The manifest of a state that is gone from both sides: edited, deleted and added since."""
    assert kept_by
    place.begin_pushed()
    before = place.manifest()
    place.write(BETTER | {"new.png": b"new"})
    (place.style / "a.jpg").unlink()
    place.quickly("push", "--delete", "--yes", "--quiet")
    return before


@pytest.fixture
def newcomer(place: Place, old: bytes) -> Place:
    """A workspace that has never seen that state, but has its manifest."""
    made = place.second()
    made.quickly("clone", place.bucket.remote(), "styles/16", "--quiet")
    (made.style / "manifest.json").write_bytes(old)
    return made


def test_the_folder_becomes_what_it_was(newcomer: Place, old: bytes) -> None:
    ran = newcomer.run("plan", "--to", "local", "--delete")
    assert "  ~ a.txt (16 B -> 9 B): from what was kept on S3\n" in ran.out
    assert "  + a.jpg (7 B): from what was kept on S3\n" in ran.out
    newcomer.run("apply", "--to", "local", "--delete", "--yes")
    assert newcomer.files() == FILES
    assert newcomer.manifest() == old
    newcomer.quickly("record", "--check")


def test_s3_becomes_what_it_was_without_a_byte_sent(newcomer: Place) -> None:
    before = newcomer.objects()
    row = newcomer.row("apply", "--to", "s3", "--delete", "--yes")
    assert newcomer.objects() == FILES
    assert row["bytes"] == 0
    assert row["requests"]["copy"] >= 3
    assert newcomer.files() == before
    newcomer.quickly("pull", "--yes", "--delete")
    assert newcomer.files() == FILES


def test_it_costs_few_requests_and_none_where_nothing_is_lacking(
    newcomer: Place, kept_by: str
) -> None:
    requests = newcomer.row("apply", "--to", "local", "--delete", "--yes")["requests"]
    # The style; the versions of each of three paths, or the trash; the published manifest.
    assert requests["list"] == (4 if kept_by == "versioned" else 2)
    assert (requests["head"], requests["get"]) == (0, 4)
    again = newcomer.row("apply", "--to", "local", "--delete", "--yes")["requests"]
    assert (again["list"], again["head"], again["get"]) == (1, 0, 0)


def test_own_trash_is_enough_where_s3_has_kept_nothing(place: Place) -> None:
    place.begin_pushed()
    old = place.manifest()
    for path, data in BETTER.items():
        place.bucket.put("styles/16/" + path, data)
    place.quickly("pull", "--yes", "--quiet")
    assert place.files() == BETTER
    (place.style / "manifest.json").write_bytes(old)
    ran = place.run("apply", "--to", "local", "--yes")
    assert "from what was kept in the trash here" in ran.out
    assert place.files() == FILES


def test_own_trash_is_sent_where_s3_has_kept_nothing(place: Place) -> None:
    place.begin_pushed()
    old = place.manifest()
    for path, data in BETTER.items():
        place.bucket.put("styles/16/" + path, data)
    place.quickly("pull", "--yes", "--quiet")
    (place.style / "manifest.json").write_bytes(old)
    row = place.row("apply", "--to", "s3", "--overwrite", "--yes")
    assert place.objects() == FILES
    assert row["bytes"] == len(FILES["a.txt"]) + len(FILES["10_subject/b.png"])


def test_what_is_nowhere_is_named_and_left_alone(place: Place) -> None:
    place.begin()
    (place.root / "manifest-sync.toml").write_text('trash = "off"\n')
    place.quickly("push", "--yes", "--quiet")
    old = place.manifest()
    place.write({"a.txt": BETTER["a.txt"], "new.png": b"new"})
    (place.style / "a.jpg").unlink()
    place.quickly("push", "--delete", "--yes", "--quiet")
    manifest = json.loads(old)
    manifest["files"]["copy of new.png"] = json.loads(place.manifest())["files"]["new.png"]
    (place.style / "manifest.json").write_text(json.dumps(manifest))
    row = place.row("apply", "--to", "local", "--delete", "--yes", status=3)
    assert {(problem["path"], problem["code"]) for problem in row["problems"]} == {
        ("a.txt", "bytes_nowhere"), ("a.jpg", "bytes_nowhere"),
    }  # fmt: skip
    assert place.files()["a.txt"] == BETTER["a.txt"]
    assert "a.jpg" not in place.files()
    assert place.files()["copy of new.png"] == b"new"
    text = place.run("plan", "--to", "s3").out
    assert "! a.jpg: the manifest's content is neither in the folder nor on S3, and was" in text


@pytest.mark.parametrize("kept_by", ["unversioned"], indirect=True)  # versions stay as they are
def test_copies_that_somebody_replaced_are_not_taken_for_the_bytes(
    place: Place, newcomer: Place
) -> None:
    for key in place.bucket.keys(".manifest-sync-trash/"):
        if key.endswith("/a.txt"):
            place.bucket.put(key, b"caption?!")
    row = newcomer.row("apply", "--to", "local", "--yes", status=3)
    assert [problem["path"] for problem in row["problems"]] == ["a.txt"]
    assert newcomer.files()["a.txt"] == BETTER["a.txt"]
    assert newcomer.files()["10_subject/b.png"] == FILES["10_subject/b.png"]


def test_a_saved_plan_searches_once_more_and_believes_no_place(newcomer: Place) -> None:
    saved = newcomer.root / "saved.plan"
    newcomer.quickly("plan", "--to", "local", "--delete", "--out", "saved.plan")
    text = saved.read_text()
    assert text.count('"kept_at": "s3://') == 3
    elsewhere = json.loads(text)
    for change in elsewhere["styles"][0]["changes"]:
        if change["source"] and change["source"]["kept_at"]:
            change["source"]["kept_at"] = "s3://another-bucket/secret"
    saved.write_text(json.dumps(elsewhere))
    newcomer.run("apply", "saved.plan", "--yes")
    assert newcomer.files() == FILES
    newcomer.run("apply", "saved.plan", "--yes")


def test_a_saved_plan_whose_bytes_have_gone_is_stale(newcomer: Place, kept_by: str) -> None:
    newcomer.quickly("plan", "--to", "local", "--delete", "--out", "saved.plan")
    before = newcomer.files()
    bucket = newcomer.bucket
    for key in bucket.keys(".manifest-sync-trash/"):
        bucket.delete(key)
    if kept_by == "versioned":
        page = bucket.client.list_object_versions(Bucket=bucket.name)
        for version in page.get("Versions", ()):
            if not version["IsLatest"]:
                bucket.client.delete_object(
                    Bucket=bucket.name, Key=version["Key"], VersionId=version["VersionId"]
                )
    assert "a.jpg" in newcomer.run("apply", "saved.plan", "--yes", status=4).err
    assert newcomer.files() == before


def test_the_workspace_that_made_the_changes_needs_no_listing(place: Place, old: bytes) -> None:
    """Its history knows where S3 has kept what: one HEAD for each of three contents."""
    (place.style / "manifest.json").write_bytes(old)
    requests = place.row("apply", "--to", "local", "--delete", "--yes")["requests"]
    assert place.files() == FILES
    assert (requests["list"], requests["head"], requests["get"]) == (1, 3, 3)
