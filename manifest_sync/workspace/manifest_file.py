"""The manifest as a file: read whole, replaced whole."""

import hashlib
import os
import secrets
import shutil
from collections.abc import Container, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec

from manifest_sync.core.errors import InvalidInput, ManifestSyncError
from manifest_sync.core.manifest import Manifest
from manifest_sync.engine.publishing import UNPUBLISHED, Published
from manifest_sync.formats.manifest_json import (
    parse_known_manifest,
    parse_manifest,
    render_manifest,
)
from manifest_sync.stores.bodies import content_of

_T = TypeVar("_T")


def read_manifest(path: Path, where: str, known: Container[str] = ()) -> tuple[Manifest, str]:
    """The manifest and the MD5 of its bytes. Raises InvalidInput; `where` names the file.

    `known` are the MD5s of texts that had nothing wrong with them.
    """
    text = _bytes_of(path, where)
    md5 = fingerprint(text)
    return (parse_known_manifest(text) if md5 in known else parse_manifest(text, where)), md5


def read_state(path: Path, where: str) -> Manifest | None:
    """A state of a manifest that git has put into a file; None where it had none: it is empty."""
    text = _bytes_of(path, where)
    return parse_manifest(text, where) if text else None


def write_manifest(path: Path, manifest: Manifest, rendered: Published = UNPUBLISHED) -> str:
    """Replace the file, durably and at once; return the MD5 of its bytes.

    `rendered` may be the same manifest with its text, which is taken then. Raises
    ManifestSyncError where the file cannot be replaced; then the old one is as it was.
    """
    text, content = rendered.text, rendered.content
    if text is None or content is None or rendered.manifest != manifest:
        text = render_manifest(manifest)
        content = content_of(text)
    replace_file(path, text)
    return content.md5


def write_changes(
    path: Path,
    where: str,
    read: tuple[Manifest, str],
    after: Manifest,
    rendered: Published = UNPUBLISHED,
) -> str | None:
    """Give the manifest that was `read` (with its MD5) other lines and another header.

    A run may take hours: what a person changed in the file since it was read is kept, except
    where the run itself has another line for the same path. Returns the MD5 of the file where it
    is now as it was to be; None where something of a person's is in it, too. `rendered` is
    `write_manifest`'s.
    """
    before, md5 = read
    if after == before:
        return md5
    now = before
    if _fingerprint_of(path, where) != md5:
        now, _ = read_manifest(path, where)
    manifest = now.with_lines(
        _with_changes(now.lines, before.lines, after.lines),
        _with_changes(now.etags, before.etags, after.etags),
    )
    if now.header == before.header:
        manifest = msgspec.structs.replace(manifest, header=after.header)
    if manifest != now:
        md5 = write_manifest(path, manifest, rendered)
    return md5 if now is before else None


def replace_file(path: Path, text: bytes) -> None:
    """Write beside, make durable, rename: nobody ever sees half a file."""
    part = path.with_name(f".ms-{secrets.token_hex(8)}.part")
    try:
        with part.open("xb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            shutil.copymode(path, part)
        part.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise ManifestSyncError(f"{path} cannot be written: {error.strerror}.") from error


def _sync_folder(folder: Path) -> None:
    """Make a rename durable: what is recorded after it must not outlive it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _fingerprint_of(path: Path, where: str) -> str:
    return fingerprint(_bytes_of(path, where))


def _bytes_of(path: Path, where: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{where} cannot be read: {error.strerror}.") from error


def _with_changes(
    now: Mapping[str, _T], before: Mapping[str, _T], after: Mapping[str, _T]
) -> Mapping[str, _T]:
    """What leads from one mapping to another, done to a third."""
    if now is before or after is before:
        return after if now is before else now
    result = dict(now)
    for path in before.keys() | after.keys():
        value = after.get(path)
        if value == before.get(path):
            continue
        if value is None:
            result.pop(path, None)
        else:
            result[path] = value
    return result


def fingerprint(text: bytes) -> str:
    """What tells one state of the file from another."""
    return hashlib.md5(text, usedforsecurity=False).hexdigest()
