"""Five commands that destroy something, each about to run, and what must be true once they have."""

import hashlib
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from manifest_sync.stores.s3_address import parse_place
from tests.e2e.places import PREFIX, Place

CAPTIONS = {f"{number}.txt": f"caption {number}".encode() for number in range(8)}
IMAGES = {f"{number}.png": f"image {number}".encode() for number in range(3)}
ALL = CAPTIONS | IMAGES
NEW = {
    name: b"the bytes of " + name.encode()
    for name in ("new.png", "new.txt", "newer.txt", "newest.txt")
}
"""Of which the captions are sent and fetched together."""


@dataclass(frozen=True)
class Scene:
    """A command, and the state that it is to leave, whoever kills it on the way."""

    place: Place
    arguments: tuple[str, ...]
    files: Mapping[str, bytes]
    objects: Mapping[str, bytes]
    destroyed: Mapping[tuple[str, str], bytes] = field(default_factory=dict)
    """(side, path) → what the command takes away there, and keeps."""
    pruned: frozenset[str] = frozenset()
    """The deletions that cannot be undone afterwards."""
    pushed_after: Mapping[str, bytes] = field(default_factory=dict)
    """What a push then brings to S3, in addition."""

    def check_it_is_told_truthfully(self) -> None:
        """Whatever is said to be restorable is: right after the kill, too."""
        for row in self._rows():
            if row["restorable"]:
                assert _md5(kept_bytes(self.place, row)) == row["md5"], row

    def check_it_has_ended(self) -> None:
        """As if nobody had killed anything."""
        place = self.place
        assert place.files() == self.files
        assert place.objects() == self.objects
        self._check_nothing_is_left_over()
        self._check_nothing_is_lost()
        self._check_the_history_is_complete()
        before = self._rows()
        place.quickly("push", "--delete", "--yes")
        assert place.files() == self.files
        assert place.objects() == {**self.objects, **self.pushed_after}
        assert [row for row in self._rows() if row in before] == before

    def _rows(self) -> list[dict[str, Any]]:
        document = self.place.quickly("history", "--deletions", "--json").document()
        found = document["deletions"]
        assert isinstance(found, list)
        return found

    def _check_nothing_is_lost(self) -> None:
        """Every byte that was taken away has one row, and is where that says it is."""
        applies = self.place.quickly("history", "--json").document()["applies"]
        its_runs = {run["id"] for run in applies if run["command"] == self.arguments[0]}
        rows = [row for row in self._rows() if row["apply"] in its_runs]
        assert sorted(((row["side"], row["path"]), row["md5"]) for row in rows) == sorted(
            (place, _md5(data)) for place, data in self.destroyed.items()
        )
        for row in rows:
            assert row["restorable"], row
            assert _md5(kept_bytes(self.place, row)) == row["md5"], row
        gone = {row["id"] for row in self._rows() if not row["restorable"]}
        assert gone == self.pruned

    def _check_nothing_is_left_over(self) -> None:
        """No temporary file, no half upload, nothing that was only tried out."""
        place = self.place
        assert [path for path in place.root.rglob(".ms-*") if path.is_file()] == []
        client, name = place.bucket.client, place.bucket.name
        assert client.list_multipart_uploads(Bucket=name).get("Uploads") is None
        keys = place.bucket.keys("")
        assert [key for key in keys if "/probe-" in key or "lease" in key] == []

    def _check_the_history_is_complete(self) -> None:
        """No change of any run is without its outcome."""
        with sqlite3.connect(self.place.root / ".manifest-sync" / "state.db") as database:
            [[changes]] = database.execute("SELECT COUNT(*) FROM changes WHERE status IS NULL")
            [[runs]] = database.execute("SELECT COUNT(*) FROM applies WHERE ended IS NULL")
        database.close()
        assert (changes, runs) == (0, 0)


def kept_bytes(place: Place, row: Mapping[str, Any]) -> bytes:
    """The bytes that a row of the history leads to."""
    if row["side"] == "local":
        return Path(place.root, ".manifest-sync", row["kept_at"]).read_bytes()
    kept = parse_place(row["kept_at"])
    version = {"VersionId": kept.version_id} if kept.version_id is not None else {}
    answer = place.bucket.client.get_object(Bucket=kept.bucket, Key=kept.key, **version)  # type: ignore[arg-type]  # a partial TypedDict
    return answer["Body"].read()


def push(place: Place) -> Scene:
    """Captions were edited and deleted here, and some are new."""
    place.begin_pushed(ALL)
    edited = {path: b"better " + CAPTIONS[path] for path in ("0.txt", "1.txt", "2.txt")}
    place.write(edited | NEW)
    gone = ("3.txt", "4.txt")
    for path in gone:
        (place.style / path).unlink()
    return Scene(
        place,
        ("push", "--delete", "--yes"),
        files=place.files(),
        objects=place.files(),
        destroyed={("s3", path): ALL[path] for path in (*edited, *gone)},
    )


def push_where_versions_are_kept(place: Place) -> Scene:
    """The same in a bucket that keeps what is replaced by itself."""
    place.bucket.client.put_bucket_versioning(
        Bucket=place.bucket.name, VersioningConfiguration={"Status": "Enabled"}
    )
    return push(place)


def pull(place: Place) -> Scene:
    """Others edited captions, deleted some, and added some."""
    place.begin_pushed(ALL)
    edited = {path: b"theirs: " + CAPTIONS[path] for path in ("0.txt", "1.txt", "2.txt")}
    gone = ("3.txt", "4.txt")
    for path, data in {**edited, **NEW}.items():
        place.bucket.put(PREFIX + path, data)
    for path in gone:
        place.bucket.delete(PREFIX + path)
    return Scene(
        place,
        ("pull", "--delete", "--yes"),
        files=place.objects(),
        objects=place.objects(),
        destroyed={("local", path): ALL[path] for path in (*edited, *gone)},
    )


def restore(place: Place) -> Scene:
    """What a pull took from here and a push from S3 is to come back, over what replaced it."""
    place.begin_pushed(ALL)
    place.bucket.put(PREFIX + "2.txt", b"edited there")
    place.bucket.delete(PREFIX + "3.txt")
    place.quickly("pull", "--delete", "--yes")
    place.write({"0.txt": b"edited here"})
    (place.style / "1.txt").unlink()
    place.quickly("push", "--delete", "--yes")
    runs = place.quickly("history", "--json").document()["applies"]
    return Scene(
        place,
        ("restore", *(run["id"] for run in runs[:2]), "--yes"),
        files={path: data for path, data in ALL.items() if path != "1.txt"}
        | {"0.txt": b"edited here"},
        objects={path: data for path, data in ALL.items() if path != "3.txt"}
        | {"2.txt": b"edited there"},
        destroyed={("s3", "0.txt"): b"edited here", ("local", "2.txt"): b"edited there"},
        pushed_after={path: ALL[path] for path in ("2.txt", "3.txt")},
    )


def remove(place: Place) -> Scene:
    """Two images are to go from S3, with their captions."""
    place.begin_pushed(ALL)
    gone = ("0.png", "0.txt", "1.png", "1.txt")
    return Scene(
        place,
        ("remove", "16", "0.png", "1.png", "--yes"),
        files=ALL,
        objects={path: data for path, data in ALL.items() if path not in gone},
        destroyed={("s3", path): ALL[path] for path in gone},
    )


def prune(place: Place) -> Scene:
    """What a push took from S3 and a pull from here is to go for good."""
    before = restore(place)
    rows = before._rows()
    return Scene(
        place,
        ("trash", "prune", "--older-than", "0d", "--yes"),
        files=place.files(),
        objects=place.objects(),
        pruned=frozenset(row["id"] for row in rows),
    )


SCENES: dict[str, Callable[[Place], Scene]] = {
    "push": push,
    "push with versions": push_where_versions_are_kept,
    "pull": pull,
    "restore": restore,
    "remove": remove,
    "prune": prune,
}


def _md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()
