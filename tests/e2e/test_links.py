"""What is in a folder besides files and folders: links, pipes."""

import os
from pathlib import Path

from tests.e2e.places import BOTH_SERVERS_SLOWLY, FILES, Place

pytestmark = BOTH_SERVERS_SLOWLY


def test_links_and_pipes_are_told_of_and_left_alone(place: Place, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "secret.png").write_bytes(b"not of this style")
    place.begin_pushed()
    (place.style / "linked").symlink_to(elsewhere)
    (place.style / "link.png").symlink_to(elsewhere / "secret.png")
    (place.style / "broken.png").symlink_to(elsewhere / "nowhere.png")
    os.mkfifo(place.style / "pipe.png")
    place.write({"new.png": b"new"})
    ran = place.run("push", "--yes", "--delete")
    for told in (
        "note: linked: a symbolic link that is not followed",
        "note: link.png: a symbolic link that is not followed",
        "note: broken.png: a symbolic link that leads nowhere",
        "pipe.png: a special file, neither read nor replaced",
    ):
        assert told in ran.out
    assert place.objects() == FILES | {"new.png": b"new"}


def test_nothing_is_concluded_from_a_link_that_hides_a_listed_file(
    place: Place, tmp_path: Path
) -> None:
    place.begin_pushed()
    for path in ("a.txt", "10_subject/b.txt"):
        (place.style / path).rename(tmp_path / Path(path).name)
        (place.style / path).symlink_to(tmp_path / Path(path).name)
    (place.style / "a.jpg").unlink()
    ran = place.run("push", "--yes", "--delete", status=3)
    assert "! a.txt: a symbolic link that is not followed" in ran.out
    assert "! 10_subject/b.txt: a symbolic link" in ran.out
    assert "not deleted, because a problem hides files of this style" in ran.err
    assert place.objects() == FILES
    assert (place.style / "a.txt").is_symlink()
    place.bucket.put("styles/16/a.txt", b"theirs")
    place.run("pull", "--yes", "--delete")
    assert (tmp_path / "a.txt").read_bytes() == FILES["a.txt"]


def test_a_style_folder_may_be_a_link_itself(place: Place, tmp_path: Path) -> None:
    place.begin()
    place.style.rename(tmp_path / "on another disk")
    place.style.symlink_to(tmp_path / "on another disk")
    place.write({"new.txt": b"through the link"})
    place.run("push", "--yes")
    assert place.objects() == FILES | {"new.txt": b"through the link"}
