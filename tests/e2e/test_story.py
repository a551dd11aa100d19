"""The main job from beginning to end, with real images. The one scenario of the fast suite."""

from pathlib import Path

from manifest_sync.sandbox.samples import WATERCOLOR, make_sample
from tests.e2e.places import BOTH_SERVERS_SLOWLY, Place

pytestmark = BOTH_SERVERS_SLOWLY


def _draw(folder: Path) -> dict[str, bytes]:
    """A JPEG, a PNG and a WebP with their captions, of which some have Unicode names."""
    for sample in WATERCOLOR.samples[-5:]:
        make_sample(folder, WATERCOLOR, sample)
    drawn = folder / WATERCOLOR.folder
    return {
        str(path.relative_to(drawn)): path.read_bytes()
        for path in drawn.rglob("*")
        if path.is_file()
    }


def test_a_style_is_pushed_cloned_edited_and_pulled(place: Place, tmp_path: Path) -> None:
    drawn = _draw(tmp_path / "drawn")
    assert len(drawn) == 8
    place.write(drawn)
    place.run("init", "styles/16", "--remote", place.bucket.remote())
    assert place.row("push", "--yes")["created"] == 8
    assert place.objects() == place.files() == drawn

    again = place.row("push")
    assert (again["unchanged"], again["hashed"]) == (8, 0)
    requests = again["requests"]
    assert requests.pop("list") > 0
    assert set(requests.values()) == {0}

    other = place.second()
    assert other.row("clone", place.bucket.remote(), "styles/16")["created"] == 8
    assert other.files() == drawn
    assert other.stamps() == place.stamps()
    assert other.manifest() == place.manifest()

    place.write({"valley.txt": b"another caption", "new/one.jpg": b"\xff\xd8 new"})
    (place.style / "draft.png").unlink()
    pushed = place.run("push", "--delete", "--yes")
    assert "Deleted from S3 (not in local): draft.png\n" in pushed.out
    pulled = other.run("pull", "--delete", "--yes")
    assert "Deleted local file (not in S3): draft.png\n" in pulled.out
    assert "1 created, 1 updated, 1 deleted, 6 unchanged; " in pulled.out
    assert other.files() == place.files() == place.objects()
    assert other.stamps() == place.stamps()
    assert other.manifest() == place.manifest()
    assert "All files are already synced from S3!\n" in other.quickly("pull").out
