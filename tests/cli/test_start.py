"""What a command imports before it does anything: that, and not a time, is what starting costs."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from manifest_sync import __version__
from manifest_sync.cli.app import COMMANDS
from tests.commands import here, installed, program
from tests.servers import S3Server

NEEDED = {
    "annotated_doc", "arro3", "botocore", "filelock", "msgspec", "obstore", "pathspec",
    "shellingham", "tenacity", "typer", "typing_extensions", "xxhash",
}  # fmt: skip
"""The installed packages of a command that changes nothing, theirs included."""
DEAR = {
    "asyncio", "botocore.client", "botocore.session", "concurrent.futures.process", "http.client",
    "importlib.metadata", "multiprocessing", "ssl", "urllib.request",
}  # fmt: skip
"""Modules that take long to import, themselves or by what they import."""

_PROGRAM = """
import atexit, sys
atexit.register(lambda: print(*sys.modules, file=sys.stderr))
from manifest_sync.__main__ import main
main()
"""


def imported(folder: Path, *arguments: str) -> set[str]:
    """The modules that a process has imported when its command ends."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stderr.splitlines()[-1].split())


def packages(modules: set[str]) -> set[str]:
    """The installed packages among modules: neither Python's own nor ours."""
    found = {name.partition(".")[0] for name in modules}
    beforehand = {"manifest_sync", "__main__", "sitecustomize", "_distutils_hack"}
    return found - beforehand - sys.stdlib_module_names


def ours(modules: set[str]) -> set[str]:
    return {name for name in modules if name.startswith("manifest_sync.")}


def test_the_version_needs_nothing(tmp_path: Path) -> None:
    modules = imported(tmp_path, "--version")
    assert packages(modules) == set()
    assert ours(modules) == {
        "manifest_sync.__main__",
        "manifest_sync.cli",
        "manifest_sync.cli.version",
    }
    assert not {"typing", "re", "enum", "inspect"} & modules


def test_the_help_needs_typer_alone(tmp_path: Path) -> None:
    modules = imported(tmp_path, "--help")
    assert packages(modules) <= {"typer", "annotated_doc", "shellingham"}
    assert not {name.rpartition(".")[2] for name in ours(modules)} & COMMANDS.keys()


@pytest.mark.parametrize(
    "arguments",
    [
        ["status"],
        ["plan", "--to", "s3", "--detailed-exitcode"],
        ["push", "--yes", "--quiet"],
        ["record", "--json"],
    ],
)
def test_what_has_nothing_to_do_imports_little(pushed: Path, arguments: list[str]) -> None:
    modules = imported(pushed, *arguments)
    assert "obstore" in modules
    assert packages(modules) <= NEEDED
    assert sorted(DEAR & modules) == []


@pytest.mark.parametrize("versioned", [False, True])
def test_a_push_of_a_small_change_imports_no_boto3(
    moto: S3Server, tmp_path: Path, versioned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = moto.new_bucket(versioned=versioned)
    files = [tmp_path / "16" / f"{name}.txt" for name in "abc"]
    files[0].parent.mkdir()
    for file in files:
        file.write_bytes(file.name.encode())
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", moto.endpoint)
    # The first push finds out what the server enforces.
    for command in (("init", "16", "--remote", f"s3://{bucket}/16/"), ("push", "--yes")):
        assert here(tmp_path, *command).status == 0
    files[0].write_bytes(b"another")
    files[1].rename(files[1].with_name("d.txt"))
    modules = imported(tmp_path, "push", "--yes", "--delete", "--max-delete", "100%")
    assert "http.client" in modules
    assert packages(modules) <= NEEDED
    assert not {"botocore.session", "botocore.client"} & modules
    found = moto.client().list_objects_v2(Bucket=bucket, Prefix="16/")["Contents"]
    assert [each["Key"] for each in found] == [
        f"16/{name}" for name in ("a.txt", "c.txt", "d.txt", "manifest.json")
    ]


def test_the_version_is_told_early_as_it_is_told_late(tmp_path: Path) -> None:
    ran = installed(tmp_path, "--version")
    assert (ran.status, ran.out, ran.err) == (0, f"manifest-sync {__version__}\n", "")
    assert here(tmp_path, "--version") == ran
    assert installed(tmp_path, "--version", "push") == ran
    refused = installed(tmp_path, "--version", "--nonsense")
    assert (refused.status, refused.out) == (64, "")


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["schema"]])
def test_output_that_finds_no_room_is_an_error_in_a_sentence(
    tmp_path: Path, arguments: list[str]
) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [program(), *arguments],
            cwd=tmp_path,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env={**os.environ, "PYTHONUNBUFFERED": ""},
        )
    sentence = f"Error: {os.strerror(errno.ENOSPC)}.\n"
    assert (done.returncode, done.stderr) == (1, sentence)


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["push", "--yes"]])
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_who_closes_a_stream_is_told_nothing_by_it(
    pushed: Path, arguments: list[str], closed: str
) -> None:
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" "$@" {closed}', program(), *arguments],
        cwd=pushed,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)
    assert bool(done.stdout) == (" >&-" not in f" {closed}")


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["schema"]])
def test_a_reader_who_has_left_is_told_nothing(tmp_path: Path, arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [program(), *arguments],
        cwd=tmp_path,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        env={**os.environ, "PYTHONUNBUFFERED": ""},
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")
