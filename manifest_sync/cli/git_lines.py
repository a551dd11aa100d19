"""Offering the lines that a git work tree should have: images out, captions byte for byte."""

from pathlib import Path

from manifest_sync.cli.confirm import ask, can_ask
from manifest_sync.cli.screen import Screen
from manifest_sync.core.errors import ManifestSyncError
from manifest_sync.workspace.initialising import GITATTRIBUTES_LINES, GITIGNORE_LINES

_WANTED = {".gitignore": GITIGNORE_LINES, ".gitattributes": GITATTRIBUTES_LINES}
_WHY = {
    ".gitignore": "Images go to S3 and not into git",
    ".gitattributes": "Captions must keep their bytes in git",
}


def offer_git_lines(screen: Screen, root: Path, folder: Path, *, yes: bool) -> tuple[str, ...]:
    """Add the lines that are missing, if that is wanted; return the files that were written."""
    if not _in_work_tree(folder):
        return ()
    missing = {
        name: lines for name, wanted in _WANTED.items() if (lines := _missing(root / name, wanted))
    }
    if not missing:
        return ()
    for name, lines in missing.items():
        screen.tell(f"{_WHY[name]}; {name} should have: {', '.join(lines)}")
    if not yes:
        if not can_ask():
            screen.tell("“manifest-sync init --yes” adds these lines.")
            return ()
        if not ask(screen, f"Add these lines to {' and '.join(missing)}?"):
            return ()
    for name, lines in missing.items():
        _append(root / name, lines)
    return tuple(missing)


def _in_work_tree(folder: Path) -> bool:
    return any((place / ".git").exists() for place in (folder, *folder.absolute().parents))


def _missing(path: Path, wanted: tuple[str, ...]) -> tuple[str, ...]:
    try:
        present = {line.strip() for line in path.read_text("utf-8", "replace").splitlines()}
    except FileNotFoundError:
        present = set()
    return tuple(line for line in wanted if line not in present)


def _append(path: Path, lines: tuple[str, ...]) -> None:
    try:
        former = path.read_bytes() if path.exists() else b""
        begin = b"" if not former or former.endswith(b"\n") else b"\n"
        with path.open("ab") as file:
            file.write(begin + "".join(f"{line}\n" for line in lines).encode())
    except OSError as error:
        raise ManifestSyncError(f"{path} cannot be written: {error.strerror}.") from error
