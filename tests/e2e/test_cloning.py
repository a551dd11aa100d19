"""clone: a new folder is filled without a question, a folder with files is not."""

from tests.e2e.places import BOTH_SERVERS_SLOWLY, FILES, Place
from tests.terminals import at_terminal

pytestmark = BOTH_SERVERS_SLOWLY


def test_a_new_folder_is_filled_without_a_question(place: Place) -> None:
    place.begin_pushed()
    other = place.second()
    ran = other.run("clone", place.bucket.remote(), "styles/16")
    assert "4 created, 0 updated, 0 deleted" in ran.out
    assert ran.out.endswith("Style 16 is in styles/16.\n")
    assert other.files() == FILES
    assert "All files are already synced to S3!" in other.quickly("push").out


def test_a_folder_with_files_is_asked_about(place: Place) -> None:
    place.begin_pushed()
    other = place.second()
    mine = {"a.txt": b"my own caption", "mine.png": b"mine"}
    other.write(mine)
    arguments = ("clone", place.bucket.remote(), "styles/16")
    assert "--yes" in other.run(*arguments, status=5).err
    with at_terminal(other.root, *arguments) as terminal:
        terminal.wait_for("Make these 3 changes in the folder? [y/N] ")
        terminal.type("n\n")
        assert terminal.end() == 1
    assert other.files() == mine
    assert not (other.style / "manifest.json").exists()
    with at_terminal(other.root, *arguments) as terminal:
        terminal.wait_for("[y/N] ")
        terminal.type("y\n")
        assert terminal.end() == 6  # whose caption is to be had is for a person to choose
    assert other.files() == FILES | mine
