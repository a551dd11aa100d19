from pathlib import Path

import pytest

from tests.buckets import Bucket
from tests.commands import here, installed
from tests.servers import S3Server
from tests.slow_s3 import slow_server
from tests.terminals import at_terminal

PREFIX = "styles/16/"


@pytest.mark.parametrize("keys", ["n\n", "\n", "what?\n", "\x04"])
def test_anything_but_yes_is_no(workspace: Path, style: Path, bucket: Bucket, keys: str) -> None:
    before = (style / "manifest.json").read_bytes()
    with at_terminal(workspace, "push") as terminal:
        terminal.wait_for("Make these 4 changes on S3? [y/N] ")
        terminal.type(keys)
        assert terminal.end() == 1
    assert terminal.shown.endswith("Nothing was changed.\n")
    assert bucket.keys() == []
    assert (style / "manifest.json").read_bytes() == before


def test_yes_goes_ahead(workspace: Path, bucket: Bucket) -> None:
    with at_terminal(workspace, "push") as terminal:
        terminal.wait_for("[y/N] ")
        assert "+ a.jpg (7 B)" in terminal.shown
        terminal.type("y\n")
        assert terminal.end() == 0
    assert "4 created" in terminal.shown
    assert len(bucket.keys(PREFIX)) == 4


def test_deletions_are_in_the_question(pushed: Path, style: Path) -> None:
    (style / "a.jpg").unlink()
    with at_terminal(pushed, "push", "--delete") as terminal:
        terminal.wait_for("Make this 1 change on S3, 1 deletion among them? [y/N] ")
        terminal.type("yes\n")
        assert terminal.end() == 0


def test_ctrl_c_at_the_question(workspace: Path, bucket: Bucket) -> None:
    with at_terminal(workspace, "push") as terminal:
        terminal.wait_for("[y/N] ")
        terminal.interrupt()
        assert terminal.end() == 130
    assert "\nInterrupted; run the same command again.\n" in terminal.shown
    assert "Traceback" not in terminal.shown
    assert bucket.keys() == []


def test_nothing_to_do_asks_nothing(pushed: Path) -> None:
    with at_terminal(pushed, "push") as terminal:
        assert terminal.end() == 0
    assert "[y/N]" not in terminal.shown
    assert "All files are already synced to S3!" in terminal.shown


def test_no_color(workspace: Path) -> None:
    with at_terminal(workspace, "push", "--dry-run", environ={"NO_COLOR": "1"}) as terminal:
        assert terminal.end() == 0
    assert "\x1b[32m" not in terminal.shown
    with at_terminal(workspace, "push", "--dry-run") as terminal:
        assert terminal.end() == 0
    assert "\x1b[32m  + a.jpg (7 B)\x1b[0m" in terminal.shown


def test_a_long_plan_is_cut_on_a_terminal_only(workspace: Path, style: Path) -> None:
    for number in range(60):
        (style / f"{number:03}.png").write_bytes(str(number).encode())
    with at_terminal(workspace, "push", "--dry-run") as terminal:
        assert terminal.end() == 0
    assert "… and 14 more creations (--all lists them)" in terminal.shown
    with at_terminal(workspace, "push", "--dry-run", "--all") as terminal:
        assert terminal.end() == 0
    assert "more creations" not in terminal.shown
    assert here(workspace, "push", "--dry-run").out.count("  + ") == 64


def test_init_offers_the_lines_for_git(tmp_path: Path, bucket: Bucket) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "16").mkdir()
    with at_terminal(tmp_path, "init", "16", "--remote", bucket.remote()) as terminal:
        terminal.wait_for("Add these lines to .gitignore and .gitattributes? [y/N] ")
        terminal.type("y\n")
        assert terminal.end() == 0
    assert "*.png" in (tmp_path / ".gitignore").read_text()


@pytest.mark.slow
def test_ctrl_c_finishes_what_is_in_flight_and_push_again_finishes_the_rest(
    workspace: Path, style: Path, bucket: Bucket, moto: S3Server
) -> None:
    for number in range(40):
        (style / f"{number:03}.png").write_bytes(str(number).encode())
    with slow_server(moto, seconds=0.4) as slow:
        environ = {"AWS_ENDPOINT_URL_S3": slow.endpoint}
        with at_terminal(workspace, "push", "--yes", "--jobs", "2", environ=environ) as terminal:
            terminal.wait_for("to S3")
            while slow.puts < 4:
                terminal.wait_for("/44 files")
                terminal.shown = ""
            terminal.interrupt()
            assert terminal.end() == 130
        assert "press ctrl-c again to end at once" in terminal.shown.lower()
        assert " of 44 changes were made; run the same command again to finish." in terminal.shown
        arrived = len(bucket.keys(PREFIX))
        assert 4 <= arrived < 44
        slow.seconds = 0
        again = installed(workspace, "push", "--yes", "--json", environ=environ)
        [row] = again.document()["styles"]
        assert again.status == 0
        assert (row["created"], row["unchanged"]) == (44 - arrived, arrived)
    ran = here(workspace, "history", "--json").document()
    assert [each["complete"] for each in ran["applies"]] == [True, True]


@pytest.mark.slow
def test_a_second_ctrl_c_ends_at_once(workspace: Path, style: Path, moto: S3Server) -> None:
    for number in range(40):
        (style / f"{number:03}.png").write_bytes(str(number).encode())
    with slow_server(moto, seconds=20) as slow:
        environ = {"AWS_ENDPOINT_URL_S3": slow.endpoint}
        with at_terminal(workspace, "push", "--yes", environ=environ) as terminal:
            terminal.wait_for("to S3")
            terminal.interrupt()
            terminal.wait_for("Press Ctrl-C again")
            terminal.interrupt()
            assert terminal.end(seconds=8) == 130
        slow.seconds = 0
        assert "\x1b[?25h" in terminal.shown
    assert here(workspace, "push", "--yes").status == 0
