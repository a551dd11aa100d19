"""The manifest as canonical JSON: the same state always gives the same bytes."""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from operator import itemgetter

import msgspec

from manifest_sync.core.content import Content, Md5, Size, all_md5
from manifest_sync.core.deferred import Deferred
from manifest_sync.core.errors import InvalidInput
from manifest_sync.core.manifest import MANIFEST_VERSION, Header, Manifest
from manifest_sync.core.paths import first_unsafe, shown
from manifest_sync.core.remote import parse_remote
from manifest_sync.core.scope import Scope
from manifest_sync.formats.json_errors import UNDECODABLE, complaint, repeated_key

_ENCODE = msgspec.json.Encoder().encode


class Line(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """One file of the desired state."""

    size: Size
    md5: Md5
    etag: str | None = None
    """Only where S3's ETag is not the MD5 (multipart, KMS)."""


class _Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """All but the files."""

    version: int
    style: str
    remote: str
    schema_uri: str | None = msgspec.field(default=None, name="$schema")
    include: tuple[str, ...] = ()
    """gitignore patterns of files that belong to the style besides images and captions."""
    ignore: tuple[str, ...] = ()
    """gitignore patterns of files that do not belong to it."""
    captions: tuple[str, ...] | None = None
    """Caption suffixes; default `[".txt", ".caption"]`."""
    images: tuple[str, ...] | None = None
    """Image suffixes."""


class ManifestDocument(_Head, frozen=True, kw_only=True):
    """`manifest.json`: the desired state of one style."""

    files: dict[str, Line]
    """By path relative to the style folder, sorted in UTF-8 byte order."""


class _Outline(_Head, frozen=True, kw_only=True):
    """The same with its files as they stand there, not read."""

    files: msgspec.Raw


_DECODER = msgspec.json.Decoder(ManifestDocument)
_OUTLINE = msgspec.json.Decoder(_Outline)
_FILES = msgspec.json.Decoder(dict[str, Line])


def parse_manifest(text: bytes, where: str) -> Manifest:
    """Read a manifest; `where` names it in messages. Raises InvalidInput with one sentence."""
    try:
        document = _DECODER.decode(text)
    except UNDECODABLE as error:
        _check_version(text, where)
        raise InvalidInput(complaint(where, text, error, "files", Line)) from error
    if document.version != MANIFEST_VERSION:
        _check_version(text, where)
    etags = {path: line.etag for path, line in document.files.items() if line.etag is not None}
    _check_repeated(text, document, len(etags), where)
    if not all_md5(line.md5 for line in document.files.values()):
        bad = next(path for path, line in document.files.items() if not all_md5([line.md5]))
        raise InvalidInput(f"{where}: the md5 of “{shown(bad)}” is not 32 hexadecimal digits.")
    if (unsafe := first_unsafe(document.files)) is not None:
        raise InvalidInput(f"{where} lists “{shown(unsafe[0])}”, which {unsafe[1]}; remove it.")
    return Manifest(
        style=_style(document.style, where),
        remote=_remote(document.remote, where),
        header=_header(document, where),
        lines={path: Content(line.size, line.md5) for path, line in document.files.items()},
        etags=etags,
        schema_uri=document.schema_uri,
    )


def parse_known_manifest(text: bytes) -> Manifest:
    """Read a manifest that was read before, byte for byte, and had nothing wrong with it.

    Its lines are read when somebody looks at them: where nothing has moved, nobody does.
    """
    document = _OUTLINE.decode(text)
    files = Deferred(lambda: _FILES.decode(document.files))
    return Manifest(
        style=document.style,
        remote=document.remote,
        header=Header(document.include, document.ignore, document.captions, document.images),
        lines=Deferred(
            lambda: {path: Content(line.size, line.md5) for path, line in files.items()}
        ),
        etags=Deferred(
            lambda: {path: line.etag for path, line in files.items() if line.etag is not None}
        ),
        schema_uri=document.schema_uri,
    )


def render_manifest(manifest: Manifest) -> bytes:
    """Write the canonical form: fixed key order, a line a file, LF, newline at the end."""
    etags, lines = manifest.etags, sorted(manifest.lines.items(), key=itemgetter(0))
    if not etags and _stand_for_themselves(manifest.lines):
        # The same as below, in a third of the time: nearly all manifests are like this.
        rows = [
            f'    "{path}": {{"size": {line.size}, "md5": "{line.md5}"}}' for path, line in lines
        ]
    else:
        rows = [render_line(path, line, etags.get(path)) for path, line in lines]
    return "\n".join(["{", *render_head(manifest), *render_table(rows), "}\n"]).encode()


def _stand_for_themselves(paths: Iterable[str]) -> bool:
    """Whether JSON escapes no character of any of these paths; all looked through at once."""
    joined = "".join(paths)
    return joined.isprintable() and '"' not in joined and "\\" not in joined


def render_head(manifest: Manifest) -> list[str]:
    """The lines above the table of files."""
    header = manifest.header
    head: list[tuple[str, object]] = [
        ("$schema", manifest.schema_uri),
        ("version", MANIFEST_VERSION),
        ("style", manifest.style),
        ("remote", manifest.remote),
        ("include", header.include or None),
        ("ignore", header.ignore or None),
        ("captions", header.captions),
        ("images", header.images),
    ]
    return [f'  "{key}": {_value(value)},' for key, value in head if value is not None]


def render_line(path: str, content: Content, etag: str | None) -> str:
    """The line of a file, without the comma that may follow it."""
    more = f', "etag": {_value(etag)}' if etag else ""
    return f'    {_value(path)}: {{"size": {content.size}, "md5": "{content.md5}"{more}}}'


def render_table(rows: Sequence[str]) -> list[str]:
    """The table of files, from the lines of them."""
    if not rows:
        return ['  "files": {}']
    return ['  "files": {', ",\n".join(rows), "  }"]


def _value(value: object) -> str:
    """JSON as a person writes it: a space after each comma of a list."""
    if isinstance(value, tuple):
        return f"[{', '.join(_value(item) for item in value)}]"
    return _ENCODE(value).decode()


def _check_repeated(text: bytes, document: ManifestDocument, etags: int, where: str) -> None:
    """Refuse what a careless merge leaves: a key that is there twice, of which one would be lost.

    Counting the keys is enough for canonical text; only other text is taken apart.
    """
    once = sum(
        value is not default
        for value, default in (
            (document.schema_uri, None),
            (document.include, ()),
            (document.ignore, ()),
            (document.captions, None),
            (document.images, None),
        )
    )
    keys = len(("version", "style", "remote", "files")) + once + 3 * len(document.files) + etags
    if text.count(b'":') != keys and (key := repeated_key(text)) is not None:
        raise InvalidInput(f"{where} has “{shown(key)}” twice; keep one of the lines.")


class _Versioned(msgspec.Struct):
    version: int


def _check_version(text: bytes, where: str) -> None:
    """A newer version may well have fields that look wrong to this one: say that instead."""
    with suppress(*UNDECODABLE):
        version = msgspec.json.decode(text, type=_Versioned).version
        if version != MANIFEST_VERSION:
            raise InvalidInput(
                f"{where} has version {version}, but this manifest-sync reads version "
                f"{MANIFEST_VERSION}; update manifest-sync."
            )


def _style(style: str, where: str) -> str:
    if not style.strip(" .") or shown(style) != style or "/" in style:
        raise InvalidInput(
            f"{where} has style “{shown(style)}”; a style's id is a name without “/” or control "
            "characters."
        )
    return style


def _remote(remote: str, where: str) -> str:
    try:
        return str(parse_remote(remote))
    except ValueError as error:
        raise InvalidInput(f"{where} has remote “{shown(remote)}”: {error}.") from error


def _header(document: ManifestDocument, where: str) -> Header:
    header = Header(document.include, document.ignore, document.captions, document.images)
    for key, suffixes in (("captions", document.captions), ("images", document.images)):
        _check_suffixes(where, key, suffixes or ())
    for pattern in (*document.include, *document.ignore):
        _check_pattern(where, pattern)
    return header


def _check_pattern(where: str, pattern: str) -> None:
    reason = "it holds a control character" if shown(pattern) != pattern else None
    try:
        Scope(Header(ignore=(pattern,)))
    except (ValueError, re.error) as error:
        reason = "git would not understand it" if isinstance(error, ValueError) else str(error)
    if reason is not None:
        raise InvalidInput(f"{where} has the invalid pattern “{shown(pattern)}”: {reason}.")


def _check_suffixes(where: str, key: str, suffixes: Iterable[str]) -> None:
    for suffix in suffixes:
        if not suffix.startswith(".") or len(suffix) == 1 or "/" in suffix or "." in suffix[1:]:
            raise InvalidInput(
                f"{where} has “{shown(suffix)}” in {key}; a suffix looks like “.txt”."
            )
