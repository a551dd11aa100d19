"""The manifest as a file: read whole, replaced whole."""

import hashlib
import os
import secrets
from pathlib import Path

from manifest_sync.core.errors import InvalidInput, ManifestSyncError
from manifest_sync.core.manifest import Manifest
from manifest_sync.formats.manifest_json import parse_manifest, render_manifest


def read_manifest(path: Path, where: str) -> tuple[Manifest, str]:
    """The manifest and the MD5 of its bytes. Raises InvalidInput; `where` names the file."""
    try:
        text = path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{where} cannot be read: {error.strerror}.") from error
    return parse_manifest(text, where), fingerprint(text)


def write_manifest(path: Path, manifest: Manifest) -> str:
    """Replace the file, durably and at once; return the MD5 of its bytes.

    Raises ManifestSyncError where that cannot be; then the old file is as it was.
    """
    text = render_manifest(manifest)
    replace_file(path, text)
    return fingerprint(text)


def replace_file(path: Path, text: bytes) -> None:
    """Write beside, make durable, rename: nobody ever sees half a file."""
    part = path.with_name(f".ms-{secrets.token_hex(8)}.part")
    try:
        with part.open("xb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise ManifestSyncError(f"{path} cannot be written: {error.strerror}.") from error


def fingerprint(text: bytes) -> str:
    """What tells one state of the file from another."""
    return hashlib.md5(text, usedforsecurity=False).hexdigest()
