"""A saved plan is carried out exactly, once, or refused."""

import json

from tests.e2e.places import BOTH_SERVERS_SLOWLY, FILES, PREFIX, Place

pytestmark = BOTH_SERVERS_SLOWLY


def _changed(place: Place) -> None:
    """A pushed style with something to create, to update and to delete on S3."""
    place.begin_pushed()
    place.write({"a.txt": b"edited", "new.png": b"new"})
    (place.style / "10_subject/b.txt").unlink()
    place.quickly("record")


def test_a_saved_plan_is_carried_out_exactly_and_then_there_is_nothing_left(place: Place) -> None:
    _changed(place)
    place.run("plan", "--to", "s3", "--delete", "--out", "saved.plan")
    saved = json.loads((place.root / "saved.plan").read_bytes())
    planned = {(c["path"], c["action"]) for c in saved["styles"][0]["changes"]}
    place.write({"later.png": b"not in the plan"})
    row = place.row("apply", "saved.plan")
    assert {(o["path"], o["action"]) for o in row["outcomes"]} == planned
    assert planned == {("10_subject/b.txt", "delete"), ("a.txt", "update"), ("new.png", "create")}
    assert place.objects() == {
        "a.jpg": FILES["a.jpg"],
        "a.txt": b"edited",
        "10_subject/b.png": FILES["10_subject/b.png"],
        "new.png": b"new",
    }
    again = place.row("apply", "saved.plan")
    assert [again[n] for n in ("created", "updated", "deleted", "failed", "bytes")] == [0] * 5


def test_a_plan_whose_file_object_or_manifest_moved_is_refused(place: Place) -> None:
    _changed(place)
    place.quickly("plan", "--to", "s3", "--delete", "--out", "saved.plan")
    before = place.objects()

    place.write({"new.png": b"edited since"})
    refused = place.run("apply", "saved.plan", status=4)
    assert refused.err.startswith("Error: The plan for style “16” is stale; ")
    assert "these moved: new.png. " in refused.err
    place.write({"new.png": b"new"})

    place.bucket.put(PREFIX + "10_subject/b.txt", b"put since")
    refused = place.quickly("apply", "saved.plan", status=4)
    assert "these moved: 10_subject/b.txt. " in refused.err
    place.bucket.put(PREFIX + "10_subject/b.txt", FILES["10_subject/b.txt"])

    manifest = place.style / "manifest.json"
    text = manifest.read_text()
    manifest.write_text(text.replace('"files"', '"ignore": ["*.webp"],\n  "files"'))
    refused = place.quickly("apply", "saved.plan", "--json", status=4)
    assert refused.document()["code"] == "stale_plan"
    assert "styles/16/manifest.json" in refused.err
    manifest.write_text(text)

    assert place.objects() == before
    assert place.quick_row("apply", "saved.plan")["failed"] == 0


def test_a_saved_plan_to_the_folder_deletes_only_what_it_names(place: Place) -> None:
    place.begin_pushed()
    place.write({"extra.png": b"extra"})
    place.bucket.put(PREFIX + "a.txt", b"theirs")
    place.quickly("plan", "--to", "local", "--delete", "--out", "saved.plan")
    place.write({"more.png": b"after the plan"})
    ran = place.run("apply", "saved.plan")
    assert "Deleted local file (not in S3): extra.png\n" in ran.out
    assert place.files() == FILES | {"more.png": b"after the plan"}
