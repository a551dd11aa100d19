"""cache.db: what was hashed once, so that nothing is hashed twice. May be deleted at any time."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from manifest_sync.core.in_step import NONE_IN_STEP, InStep
from manifest_sync.core.publication import Publication
from manifest_sync.core.stamps import FileStamp
from manifest_sync.state.database import Damaged, NewerFormat, Schema, open_database, writing

_SCHEMA = Schema("cache", 5)

_DIGESTS = (
    "SELECT path, size, mtime_ns, ctime_ns, inode, md5, xxh3, trusted, trouble"
    " FROM digests WHERE folder = ?"
)
_REMEMBER = (
    "INSERT OR REPLACE INTO digests"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, CAST(strftime('%s', 'now') AS INTEGER))"
)


_COLUMNS = msgspec.msgpack.Decoder(InStep)


class Digest(msgspec.Struct, frozen=True, gc=False):
    """What a file's bytes hash to, and the state of the file that was hashed."""

    stamp: FileStamp
    md5: str
    xxh3: str
    """XXH3-128, 32 hexadecimal digits."""
    trusted: bool
    """Whether an equal stamp proves equal bytes (`FileStamp.may_hide_a_later_edit`)."""
    trouble: str | None = None
    """What `caption_text.text_trouble` found, where the file is a caption."""


class Cache:
    """Digests by folder and path. One thread at a time."""

    def __init__(self, path: Path, warn: Callable[[str], None] = lambda _: None) -> None:
        """Open or create the file; one that is damaged or newer is replaced by an empty one.

        `warn` is told, in a sentence, when that happens or when nothing can be written.
        """
        self._path = path
        self._warn = warn
        self._database: sqlite3.Connection | None = None
        try:
            self._database = open_database(path, _SCHEMA, "NORMAL")
            self._database.execute("SELECT count(*) FROM digests").fetchone()
        except (Damaged, NewerFormat) as error:
            self._start_over(str(error))
        except sqlite3.DatabaseError as error:
            self._start_over(f"{path} is damaged: {error}.")

    def digests(self, folder: str) -> dict[str, Digest]:
        """All that is known of one style folder, by path relative to it."""
        return _digests(self._read(_DIGESTS, folder))

    def digest(self, folder: str, path: str) -> Digest | None:
        """The same of one file."""
        return _digests(self._read(f"{_DIGESTS} AND path = ?", folder, path)).get(path)

    def remember(
        self, folder: str, digests: Iterable[tuple[str, Digest]], gone: Iterable[str] = ()
    ) -> None:
        """Add or replace digests, and forget those of files that are gone."""
        rows = [
            (
                folder,
                path,
                digest.stamp.size,
                digest.stamp.mtime_ns,
                digest.stamp.ctime_ns,
                digest.stamp.inode,
                digest.md5,
                digest.xxh3,
                digest.trusted,
                digest.trouble,
            )
            for path, digest in digests
        ]
        forgotten = [(folder, path) for path in gone]
        if not rows and not forgotten:
            return
        self._write(
            ("DELETE FROM digests WHERE folder = ? AND path = ?", forgotten),
            (_REMEMBER, rows),
        )

    def since(self, folder: str, path: str) -> int | None:
        """When a file's digest was written down, in seconds since 1970; None where it was not."""
        query = "SELECT since FROM digests WHERE folder = ? AND path = ?"
        return next((when for (when,) in self._read(query, folder, path)), None)

    def object_md5s(self, remote: str) -> dict[str, tuple[str, str]]:
        """Path → (ETag, MD5) of the objects of a prefix whose ETag is not their MD5."""
        rows = self._read("SELECT path, etag, md5 FROM objects WHERE remote = ?", remote)
        return {path: (etag, md5) for path, etag, md5 in rows}

    def remember_objects(self, remote: str, rows: Iterable[tuple[str, str, str]]) -> None:
        """Add (path, ETag, MD5) of objects whose ETag is not their MD5."""
        listed = [(remote, *row) for row in rows]
        if listed:
            self._write(("INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?)", listed))

    def knows_published(self, remote: str, etag: str, publication: Publication) -> bool:
        """Whether that state of the published manifest is remembered, with who published it."""
        query = "SELECT etag, published_at, user, host, tool FROM published WHERE remote = ?"
        row = (etag, *msgspec.structs.astuple(publication))
        return row in self._read(query, remote)

    def published(self, remote: str, etag: str) -> tuple[bytes, Publication] | None:
        """The published manifest of a prefix, where it was read in that state."""
        rows = self._read(
            "SELECT etag, text, published_at, user, host, tool FROM published WHERE remote = ?",
            remote,
        )
        for known, text, *publication in rows:
            if known == etag:
                return text, Publication(*publication)
        return None

    def remember_published(
        self, remote: str, etag: str, text: bytes, publication: Publication
    ) -> None:
        """Replace what is known of a prefix's published manifest."""
        row = (remote, etag, text, *msgspec.structs.astuple(publication))
        self._write(("INSERT OR REPLACE INTO published VALUES (?, ?, ?, ?, ?, ?, ?)", [row]))

    def manifests(self, tool: str) -> frozenset[str]:
        """The MD5s of manifests that this version of the tool wrote, or read and found sound."""
        rows = self._read("SELECT manifest_md5 FROM in_step WHERE tool = ?", tool)
        return frozenset(md5 for (md5,) in rows)

    def in_step(self, remote: str, tool: str, whose: str) -> InStep:
        """What was in step; nothing where that was another's, or cannot be read.

        Another version of the tool may decide otherwise.
        """
        query = "SELECT tool, whose, columns FROM in_step WHERE remote = ?"
        for known_tool, known_whose, columns in self._read(query, remote):
            if (known_tool, known_whose) == (tool, whose):
                with suppress(msgspec.MsgspecError):
                    return _COLUMNS.decode(columns)
        return NONE_IN_STEP

    def remember_in_step(self, remote: str, tool: str, whose: str, known: InStep) -> None:
        """Replace what was in step. `whose` tells for which folder and which memory it holds."""
        manifest_md5 = known.circumstances.manifest_md5
        row = (remote, tool, whose, manifest_md5, msgspec.msgpack.encode(known))
        self._write(("INSERT OR REPLACE INTO in_step VALUES (?, ?, ?, ?, ?)", [row]))

    def close(self) -> None:
        """Close the file."""
        if self._database is not None:
            self._database.close()

    def _read(self, query: str, *parameters: str) -> list[Any]:
        if self._database is None:
            return []
        try:
            return self._database.execute(query, parameters).fetchall()
        except sqlite3.DatabaseError as error:
            self._start_over(f"{self._path} is damaged: {error}.")
            return []

    def _write(self, *statements: tuple[str, Sequence[tuple[object, ...]]]) -> None:
        """Run statements in one transaction; a run never fails because its memory does."""
        if self._database is None:
            return
        try:
            with writing(self._database) as connection:
                for statement, rows in statements:
                    connection.executemany(statement, rows)
        except sqlite3.OperationalError as error:
            self._warn(f"{self._path} cannot be written: {error}. Files will be hashed again.")
        except sqlite3.DatabaseError as error:
            self._start_over(f"{self._path} is damaged: {error}.")

    def _start_over(self, why: str) -> None:
        """Throw the file away: it is memory, not truth; everything in it can be found again."""
        self.close()
        self._database = None
        for name in (self._path.name, f"{self._path.name}-wal", f"{self._path.name}-shm"):
            self._path.with_name(name).unlink(missing_ok=True)
        self._warn(f"{why} It was made anew; files are hashed again.")
        self._database = open_database(self._path, _SCHEMA, "NORMAL")


def _digests(rows: Iterable[Any]) -> dict[str, Digest]:
    return {
        path: Digest(FileStamp(size, mtime, ctime, inode), md5, xxh3, bool(trusted), trouble)
        for path, size, mtime, ctime, inode, md5, xxh3, trusted, trouble in rows
    }
