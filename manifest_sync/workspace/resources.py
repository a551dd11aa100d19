"""What a workspace holds open: its databases, its connections to S3, its clock."""

import getpass
import hashlib
import resource
import socket
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from manifest_sync import __version__
from manifest_sync.core.deferred import Deferred
from manifest_sync.core.errors import InvalidInput, ManifestSyncError
from manifest_sync.core.events import OnEvent, Warned
from manifest_sync.core.history import Who
from manifest_sync.core.manifest import Header
from manifest_sync.core.paths import shown
from manifest_sync.core.publication import told
from manifest_sync.core.remote import Remote
from manifest_sync.core.scope import Scope
from manifest_sync.core.stamps import ObjectStamp
from manifest_sync.engine.publishing import Published
from manifest_sync.engine.site import Site
from manifest_sync.engine.tally import Tally
from manifest_sync.formats.config_toml import Config
from manifest_sync.state import memories
from manifest_sync.state.cache import Cache
from manifest_sync.state.headers import agreed_header
from manifest_sync.state.state import open_state
from manifest_sync.stores.base import Request
from manifest_sync.stores.local import LocalStore
from manifest_sync.stores.s3 import S3Store
from manifest_sync.stores.s3_address import is_aws
from manifest_sync.stores.s3_connection import S3Connection, connect
from manifest_sync.stores.s3_settings import S3Settings
from manifest_sync.workspace.learnt import keep_learnt, recall_learnt
from manifest_sync.workspace.manifest_file import replace_file
from manifest_sync.workspace.styles import Style
from manifest_sync.workspace.uploading import UploadBook

_JOBS, _MOST_JOBS = 32, 256
_FILES_EACH = 3
"""Descriptors that a transfer may need: a connection, a file, and one to spare."""
_AWS = "https://s3.amazonaws.com"
_FEW_DIGESTS = 30
"""Are looked up one by one, before all of a style are read at once."""
_DIGITS = 8
"""Of a digest, where nobody means it to be the same as another."""
STATE_FOLDER = ".manifest-sync"
_STATE = "state.db"
TRASH_FOLDER = "trash"


class Resources:
    """Opened when first needed, closed together. One thread, but for the stores it makes."""

    def __init__(
        self,
        root: Path,
        config: Config,
        transport: Literal["auto", "boto3"],
        tell: OnEvent,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`transport` "boto3" leaves obstore out."""
        self.root = root
        self.config = config
        self.tell = tell
        self._transport = transport
        self._now = now
        self._cache: Cache | None = None
        self._state: sqlite3.Connection | None = None
        self._connections: dict[str, S3Connection] = {}
        self._tally = Tally()

    @property
    def folder(self) -> Path:
        """`.manifest-sync/`, made where it is not there; it keeps itself out of git."""
        folder = self.root / STATE_FOLDER
        if not (folder / ".gitignore").is_file():
            try:
                folder.mkdir(mode=0o700, exist_ok=True)
            except OSError as error:
                raise ManifestSyncError(f"{folder} cannot be made: {error.strerror}.") from error
            replace_file(folder / ".gitignore", b"*\n")
        return folder

    @property
    def cache(self) -> Cache:
        """The digest cache."""
        if self._cache is None:
            self._cache = Cache(self.folder / "cache.db", lambda text: self.tell(Warned(text)))
        return self._cache

    @property
    def state_path(self) -> Path:
        """Where state.db is, or would be."""
        return self.root / STATE_FOLDER / _STATE

    @property
    def state(self) -> sqlite3.Connection:
        """Memory, journal and history."""
        if self._state is None:
            self._state = open_state(self.folder / _STATE)
        return self._state

    def close(self) -> None:
        """Close the databases, after what was learnt about the buckets has been written down."""
        if self._cache is not None:
            self._cache.close()
        if self._state is not None:
            for connection in self._connections.values():
                keep_learnt(self._state, connection)
            self._state.close()

    def when(self) -> str:
        """Now, in RFC 3339, UTC."""
        return told(self._now())

    def connection(self, bucket: str) -> S3Connection:
        """The connection to a bucket, made once."""
        if bucket not in self._connections:
            config = self.config
            settings = S3Settings(
                profile=config.profile,
                region=config.region,
                endpoint_url=config.endpoint_url,
                sse=config.sse,
                kms_key_id=config.kms_key_id,
                storage_class=config.storage_class,
                trash_prefix=config.trash_prefix,
                keeps=self.keeps,
                transport=self._transport,
                jobs=self.jobs,
            )
            connection = connect(settings, bucket, self._count)
            connection.uploads = UploadBook(connection, self.state_path, self.when)
            self._connections[bucket] = connection
        return self._connections[bucket]

    def _count(self, kind: Request, number: int) -> None:
        """Count what is asked of a bucket as such for the style that is being worked on."""
        self._tally.request(kind, number)

    @property
    def keeps(self) -> bool:
        """Whether what is replaced or deleted is kept."""
        return self.config.trash == "on"

    @property
    def jobs(self) -> int:
        """Transfers at a time."""
        return self.config.jobs or _JOBS

    @property
    def most_jobs(self) -> int:
        """The same where S3 is far away: what the user wants, or what the process can have open."""
        if self.config.jobs is not None:
            return self.config.jobs
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        return _MOST_JOBS if files < 0 else max(_JOBS, min(_MOST_JOBS, files // _FILES_EACH))

    @property
    def holder(self) -> str:
        """What tells this workspace from every other, a copy of it included."""
        place = f"{myself().host} {self.root.absolute()}"
        lineage = memories.lineage(self.state)
        return f"{lineage}-{hashlib.sha256(place.encode()).hexdigest()[:_DIGITS]}"

    def endpoint(self, style: Style) -> str:
        """The endpoint a style's memory belongs to: scheme, host and port.

        AWS is one endpoint whatever the region: a bucket's name means the same in all of them.
        """
        endpoint = self.connection(style.remote.bucket).endpoint
        return _AWS if is_aws(endpoint) else endpoint

    def known(self, style: Style) -> memories.KnownStyle:
        """The style's row in state.db."""
        return memories.know(
            self.state, self.endpoint(style), style.manifest.remote, style.id, style.name
        )

    def long_ago(self, age: timedelta) -> str:
        """So long before now, as `when` tells it."""
        return told(self._now() - age)

    def folder_store(self, style: Style) -> LocalStore:
        """The style's folder."""
        scope = Scope(style.manifest.header)
        return LocalStore(
            style.folder,
            self.folder / TRASH_FOLDER,
            may_enter=scope.may_enter,
            wants=scope.wants,
            follow_symlinks=self.config.follow_symlinks,
            boundary=self.root,
            keeps=self.keeps,
        )

    def bucket_store(self, remote: Remote, tally: Tally) -> S3Store:
        """The prefix of a remote, whose requests the tally counts from now on.

        Raises InvalidInput where what is kept in the trash would count as files of the style.
        """
        trash = self.config.trash_prefix
        below = trash.removeprefix(remote.prefix)
        if trash.startswith(remote.prefix) and Scope(Header()).may_enter(below.rstrip("/")):
            raise InvalidInput(
                f"trash_prefix “{shown(trash)}” is inside {shown(str(remote))}, where kept bytes "
                "would count as files of the style; begin its name with a dot, or put it elsewhere."
            )
        self._tally = tally
        return S3Store(self.connection(remote.bucket), remote.prefix, tally.request)

    def site(self, style: Style, tally: Tally) -> Site:
        """The style with its stores and what is known of it, before anything is looked at."""
        known = self.known(style)
        recall_learnt(self.state, self.connection(style.remote.bucket))
        folder = self.folder_store(style)
        return Site(
            manifest=style.manifest,
            manifest_md5=style.manifest_md5,
            folder=folder,
            bucket=self.bucket_store(style.remote, tally),
            memory=Deferred(lambda: memories.load(self.state, known.id)),
            serial=known.serial,
            digests=Deferred(
                lambda: self.cache.digests(style.name),
                lambda path: self.cache.digest(style.name, path),
                _FEW_DIGESTS,
            ),
            object_md5s=self.cache.object_md5s(style.manifest.remote),
            now_ns=folder.now_ns,
            in_step=self.cache.in_step(style.manifest.remote, __version__, self.whose(style)),
            names_fold=folder.folds_names(),
            agreed=agreed_header(self.state, known.id),
            tidy=folder.remove_leftovers,
            recall=lambda etag: self.cache.published(style.manifest.remote, etag),
        )

    def whose(self, style: Style) -> str:
        """What tells for whom the things in step that the cache knows of are remembered."""
        lineage = memories.lineage(self.state)
        return f"{lineage} {self.endpoint(style)} {style.folder}"

    def remember_published(self, style: Style, published: Published) -> None:
        """Keep a published manifest at hand, so that it is read once in each state."""
        remote, stamp = style.manifest.remote, published.stamp
        text, publication = published.text, published.publication
        if text is None or publication is None or not isinstance(stamp, ObjectStamp):
            return
        if not self.cache.knows_published(remote, stamp.etag, publication):
            self.cache.remember_published(remote, stamp.etag, text, publication)


def myself() -> Who:
    """On whose behalf this process runs, as far as the system tells."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = "unknown"
    return Who(user, socket.gethostname())
