"""When and by whom a manifest was published: noted on S3, and shown in conflicts."""

import json
from datetime import UTC, datetime

from tests.e2e.places import BOTH_SERVERS_SLOWLY, FILES, PREFIX, Place

pytestmark = BOTH_SERVERS_SLOWLY

KEY = PREFIX + "manifest.json"


def notes(place: Place) -> dict[str, str]:
    """What S3 stores beside the published manifest."""
    head = place.bucket.client.head_object(Bucket=place.bucket.name, Key=KEY)
    return {**head["Metadata"]}


def both_edit(place: Place, other: Place) -> None:
    """The other workspace publishes an edit, as another user; this one has edited the file too."""
    other.write({"a.txt": b"theirs"})
    other.run("push", "--yes", LOGNAME="änna@home")
    place.write({"a.txt": b"mine"})


def test_a_publication_is_noted_beside_the_manifest(place: Place) -> None:
    before = datetime.now(UTC)
    place.begin()
    place.run("push", "--yes", LOGNAME="änna@home")
    noted = notes(place)
    user, _, host = noted["published-by"].partition("@")
    assert (user, bool(host)) == ("%C3%A4nna%40home", True)
    when = datetime.fromisoformat(noted["published-at"])
    assert before.replace(microsecond=0) <= when <= datetime.now(UTC)
    assert noted["published-with"].isascii()
    assert noted.keys() >= {"md5chksum", "mtime"}
    assert b"nna" not in place.bucket.get(KEY)


def test_a_conflict_says_who_published_last(place: Place, other: Place) -> None:
    both_edit(place, other)
    when = notes(place)["published-at"]
    row = place.row("push", "--yes", status=6)
    assert row["publication"]["user"] == "änna@home"
    assert row["publication"]["when"] == when
    [conflict] = row["conflicts"]
    assert conflict["published"] == conflict["target"]
    text = place.run("push", status=6).out
    assert f"last published {when[:4]}-" in text
    assert " by änna@home on " in text
    assert "folder: 4 B, md5 " in text
    assert "S3: 6 B, md5 " in text
    explained = place.quickly("explain", "styles/16/a.txt").out
    [line] = [each for each in explained.splitlines() if "published manifest  " in each]
    assert " last published " in line
    assert " by änna@home on " in line


def test_to_know_it_costs_no_request(place: Place, other: Place) -> None:
    both_edit(place, other)
    first = place.row("push", "--yes", status=6)
    assert (first["requests"]["get"], first["requests"]["head"]) == (1, 0)
    again = place.row("push", "--yes", status=6)
    assert again["requests"] == {
        "list": 1, "head": 0, "get": 0, "put": 0, "copy": 0, "delete": 0,
    }  # fmt: skip
    assert again["publication"] == first["publication"]


def test_who_publishes_again_is_the_last(place: Place, other: Place) -> None:
    both_edit(place, other)
    place.run("push", "--take", "local", "a.txt", "--yes", LOGNAME="ben")
    other.write({"a.txt": b"once more"})
    assert other.row("push", "--yes", status=6)["publication"]["user"] == "ben"


def test_a_manifest_without_notes_has_the_time_it_was_written(place: Place, other: Place) -> None:
    both_edit(place, other)
    manifest = place.published()
    manifest["ignore"] = ["*.gif"]
    place.bucket.put(KEY, json.dumps(manifest).encode())
    row = place.row("push", "--yes", status=6)
    assert row["publication"]["user"] is None
    written = place.bucket.client.head_object(Bucket=place.bucket.name, Key=KEY)["LastModified"]
    assert datetime.fromisoformat(row["publication"]["when"]) == written.replace(microsecond=0)
    assert "by whom is not noted; others may have" in place.run("push", status=6).out


def test_an_announced_object_that_has_not_arrived_is_shown(place: Place, other: Place) -> None:
    both_edit(place, other)
    place.bucket.put(PREFIX + "a.txt", FILES["a.txt"])
    text = place.run("push", status=6).out
    assert "; published: 6 B, md5 " in text


def test_notes_cannot_steer_the_terminal(place: Place, other: Place) -> None:
    both_edit(place, other)
    place.bucket.client.put_object(
        Bucket=place.bucket.name, Key=KEY, Body=place.bucket.get(KEY) + b"\n",
        Metadata={"published-by": "a%1B%5B2Jb@%0Ac", "published-at": "0000-99-99"},
    )  # fmt: skip
    text = place.run("push", status=6).out
    assert "\x1b" not in text
    assert " by a" in text
    assert "\nc" not in text
