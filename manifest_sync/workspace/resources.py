"""What a workspace holds open: its databases, its connections to S3, its clock."""

import getpass
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from manifest_sync.core.errors import ManifestSyncError
from manifest_sync.core.events import OnEvent, Warned
from manifest_sync.core.history import Who
from manifest_sync.core.remote import Remote
from manifest_sync.core.scope import Scope
from manifest_sync.engine.site import Site
from manifest_sync.engine.tally import Tally
from manifest_sync.formats.config_toml import Config
from manifest_sync.state import memories
from manifest_sync.state.cache import Cache
from manifest_sync.state.state import open_state
from manifest_sync.stores.local import LocalStore
from manifest_sync.stores.s3 import S3Store
from manifest_sync.stores.s3_connection import S3Connection, S3Settings, connect
from manifest_sync.workspace.manifest_file import replace_file
from manifest_sync.workspace.styles import Style

STATE_FOLDER = ".manifest-sync"
TRASH_FOLDER = "trash"


class Resources:
    """Opened when first needed, closed together. One thread, but for the stores it makes."""

    def __init__(
        self,
        root: Path,
        config: Config,
        transport: str,
        tell: OnEvent,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`transport` is "auto" or "boto3"."""
        self.root = root
        self.config = config
        self.tell = tell
        self._transport = transport
        self._now = now
        self._cache: Cache | None = None
        self._state: Database | None = None
        self._connections: dict[str, S3Connection] = {}

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
            self._cache = Cache(self.folder / "cache.db")
            if self._cache.rebuilt is not None:
                self.tell(
                    Warned(f"{self._cache.rebuilt} It was made anew; files are hashed again.")
                )
        return self._cache

    @property
    def state_path(self) -> Path:
        """Where state.db is."""
        return self.folder / "state.db"

    @property
    def state(self) -> Database:
        """Memory, journal and history."""
        if self._state is None:
            self._state = open_state(self.state_path)
        return self._state

    def close(self) -> None:
        """Close the databases."""
        if self._cache is not None:
            self._cache.close()
        if self._state is not None:
            self._state.close()

    def when(self) -> str:
        """Now, in RFC 3339, UTC."""
        return self._now().isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def connection(self, bucket: str) -> S3Connection:
        """The connection to a bucket, made once."""
        if bucket not in self._connections:
            config = self.config
            self._connections[bucket] = connect(
                S3Settings(
                    bucket=bucket,
                    profile=config.profile,
                    region=config.region,
                    endpoint_url=config.endpoint_url,
                    sse=config.sse,
                    kms_key_id=config.kms_key_id,
                    storage_class=config.storage_class,
                    trash_prefix=config.trash_prefix,
                    transport=self._transport,
                    jobs=self.jobs,
                )
            )
        return self._connections[bucket]

    @property
    def jobs(self) -> int:
        """Transfers at a time."""
        return self.config.jobs or 32

    def endpoint(self, style: Style) -> str:
        """The endpoint a style's memory belongs to: scheme, host and port."""
        return self.connection(style.remote.bucket).endpoint

    def known(self, style: Style) -> memories.KnownStyle:
        """The style's row in state.db."""
        return memories.know(
            self.state, self.endpoint(style), style.manifest.remote, style.id, style.name
        )

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
        )

    def bucket_store(self, remote: Remote, tally: Tally) -> S3Store:
        """The prefix of a remote."""
        return S3Store(self.connection(remote.bucket), remote.prefix, tally.request)

    def site(self, style: Style, tally: Tally) -> Site:
        """The style with its stores and what is known of it, before anything is looked at."""
        known = self.known(style)
        folder = self.folder_store(style)
        return Site(
            manifest=style.manifest,
            manifest_md5=style.manifest_md5,
            folder=folder,
            bucket=self.bucket_store(style.remote, tally),
            memory=memories.load(self.state, known.id),
            serial=known.serial,
            digests=self.cache.digests(style.name),
            object_md5s=self.cache.object_md5s(style.manifest.remote),
            now_ns=folder.now_ns,
            names_fold=folder.folds_names(),
        )


def myself() -> Who:
    """On whose behalf this process runs, as far as the system tells."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = "unknown"
    return Who(user, socket.gethostname())
