"""Uploads under way: noted by any thread, found by the next process, and only where they are."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from manifest_sync.state import uploads
from manifest_sync.state.state import open_state
from manifest_sync.state.uploads import Upload

HERE = Upload("https://e", "bucket", "styles/16/a.png", "1")


def test_an_upload_is_found_until_it_has_ended(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    database = open_state(path)
    with ThreadPoolExecutor() as pool:
        for _ in pool.map(lambda number: _note(path, number), range(20)):
            pass
    found = uploads.under_way(database, HERE.endpoint, HERE.bucket)
    assert {each.id for each in found} == {str(number) for number in range(20)}
    uploads.forget(path, HERE)
    assert HERE not in uploads.under_way(database, HERE.endpoint, HERE.bucket)
    database.close()


def test_uploads_to_other_buckets_and_endpoints_are_not(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    uploads.note(path, HERE, "t1")
    database = open_state(path)
    assert uploads.under_way(database, "https://e", "another") == []
    assert uploads.under_way(database, "https://elsewhere", "bucket") == []
    assert uploads.under_way(database, "https://e", "bucket") == [HERE]
    database.close()


def _note(path: Path, number: int) -> None:
    uploads.note(path, Upload(HERE.endpoint, HERE.bucket, HERE.key, str(number)), "t1")
