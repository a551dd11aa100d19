"""Style folders and what is in them, made and read past the code under test."""

import json
from pathlib import Path


def write_manifest(folder: Path, style: str, remote: str | None = None) -> None:
    """Make a folder a style that lists nothing yet."""
    folder.mkdir(parents=True, exist_ok=True)
    remote = remote or f"s3://bucket/{style}/"
    text = json.dumps({"version": 1, "style": style, "remote": remote, "files": {}})
    (folder / "manifest.json").write_text(text)


def lines(folder: Path) -> dict[str, dict[str, object]]:
    """The lines of a style's manifest as they are on disk."""
    files: dict[str, dict[str, object]] = json.loads((folder / "manifest.json").read_text())[
        "files"
    ]
    return files
