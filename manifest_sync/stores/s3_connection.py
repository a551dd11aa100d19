"""The way to one bucket, and what is learnt about it on the way."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from obstore.store import S3Store as BulkStore

from manifest_sync.core.abilities import Abilities, Versioning
from manifest_sync.core.errors import StoreError, Transient
from manifest_sync.stores.base import OnRequest, Request
from manifest_sync.stores.s3_address import shown_endpoint
from manifest_sync.stores.s3_ahead import Ahead
from manifest_sync.stores.s3_bulk import open_bulk
from manifest_sync.stores.s3_environment import Described, described
from manifest_sync.stores.s3_errors import KeyNeeded, Translator, no_credentials
from manifest_sync.stores.s3_settings import S3Settings

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef, HeadObjectOutputTypeDef

    from manifest_sync.stores.s3_plain import PlainRequests

_T = TypeVar("_T")
NOTHING_KNOWN = Abilities()
_VERSIONING = {"Enabled": Versioning.ENABLED, "Suspended": Versioning.SUSPENDED}


class Uploads(Protocol):
    """Is told of uploads in parts, from any thread."""

    def begun(self, key: str, upload: str) -> None:
        """S3 has given an upload its id; no part of it was sent yet."""
        ...

    def ended(self, key: str, upload: str) -> None:
        """The object shows, or nothing is left of it."""
        ...


class NotNoted:
    """For who sends no large objects, or leaves it to the bucket's lifecycle to clear away."""

    def begun(self, key: str, upload: str) -> None:
        """Keep no note."""

    def ended(self, key: str, upload: str) -> None:
        """There is none."""


class S3Connection:
    """The way to one bucket. Shared by its styles and by all threads; connects when first used.

    boto3 does whatever needs care; obstore moves the bulk, where it can (`s3_bulk`), and some small
    requests are made plainly (`s3_plain`). Where nothing needs care, boto3 is not even imported.
    """

    def __init__(self, settings: S3Settings, bucket: str, on_request: OnRequest) -> None:
        """Nothing is asked yet."""
        self.settings = settings
        self.bucket = bucket
        self.etags_are_md5 = False if settings.encrypts_with_kms else None
        """None until somebody tells. Once False it stays so: some object's ETag is none."""
        self.abilities = NOTHING_KNOWN
        """What is enforced here; set by who knows. Until then nothing is taken for enforced, and
        what is there is looked at before it is changed."""
        self.contradicted = False
        """Whether an answer contradicted the abilities, so that they are to be found out anew."""
        self.holder: str | None = None
        """What tells the claims of this workspace from all others; set by who is alone in it."""
        self.uploads: Uploads = NotNoted()
        """Set by who can write down, for another process, which uploads are under way."""
        self.ahead = Ahead()
        """Listings that are begun before their turn."""
        self._on_request = on_request
        self._described: _Once[Described | None] = _Once(self._describe)
        self._session: _Once[boto3.Session] = _Once(self._make_session)
        self._client: _Once[S3Client] = _Once(self._make_client)
        self._translator: _Once[Translator] = _Once(self._make_translator)
        self._bulk: _Once[BulkStore | None] = _Once(self._make_bulk)
        self._plain: _Once[PlainRequests] = _Once(self._make_plain)
        self._versioning: _Once[Versioning] = _Once(self._count_versioning)

    @property
    def client(self) -> "S3Client":
        """boto3's client."""
        return self._client.get()

    @property
    def bulk(self) -> BulkStore | None:
        """The obstore store of the whole bucket; None where boto3 does all the work."""
        return self._bulk.get()

    @property
    def plain(self) -> "PlainRequests":
        """What may spare boto3; it says when it does not."""
        return self._plain.get()

    @property
    def versioning(self) -> Versioning:
        """What the bucket says of its versions, asked once."""
        return self._versioning.get()

    @property
    def is_versioned(self) -> bool:
        """Whether the bucket keeps what is replaced. What is not known is not relied upon."""
        return self.versioning is Versioning.ENABLED

    @property
    def endpoint(self) -> str:
        """Scheme, host and port."""
        return self._translator.get().endpoint

    @property
    def credentials_from(self) -> str:
        """Where the credentials come from, in botocore's word; never what they are."""
        with self.doing("be reached"):
            found = self._session.get().get_credentials()
        if found is None:
            raise no_credentials()
        method: str = found.method
        return method

    def looking_ahead(self, prefixes: Sequence[str]) -> AbstractContextManager[None]:
        """Within the block these prefixes are about to be listed, one after the other."""
        return self.ahead.looking(self._bulk.get, prefixes)

    @contextmanager
    def doing(self, what: str) -> Iterator[None]:
        """Translate the clients' exceptions; `what` completes "S3 could not …"."""
        try:
            with self._translator.get().doing(what):
                yield
        except KeyNeeded:
            self.hear_of_etags(are_md5=False)
            raise

    def hear_of_etags(self, *, are_md5: bool) -> None:
        """Somebody tells whether the ETags here are MD5s: the probe, an answer, or memory."""
        if self.etags_are_md5 is not False:
            self.etags_are_md5 = are_md5

    def learn_from(self, head: "HeadObjectOutputTypeDef | GetObjectOutputTypeDef") -> bool:
        """Whether this object's ETag may be its MD5; if not, no ETag here is trusted any more.

        S3 API reference, "Object", ETag: not under KMS, nor with a customer's key.
        """
        encryption = head.get("ServerSideEncryption", "")
        encrypted = encryption.startswith("aws:kms") or head.get("SSECustomerAlgorithm")
        may_be = self.abilities.etag_is_md5 or self.abilities == NOTHING_KNOWN
        self.hear_of_etags(are_md5=may_be and not encrypted)
        return may_be and not encrypted

    def _describe(self) -> Described | None:
        """What is known of the server without boto3; None where boto3 is to be asked."""
        told = self.settings.transport == "auto" and not self.bucket.startswith("arn:")
        return described(self.settings) if told else None

    def _make_session(self) -> "boto3.Session":
        with self._setting_up():
            session: boto3.Session = _late_module("s3_session").make_session(self.settings)
        return session

    def _make_client(self) -> "S3Client":
        session = self._session.get()
        with self._setting_up():
            client: S3Client = _late_module("s3_session").make_client(session, self.settings)
        return client

    def _make_translator(self) -> Translator:
        known = self._described.get()
        endpoint = known.endpoint if known is not None else self.client.meta.endpoint_url
        return Translator(self.bucket, shown_endpoint(endpoint))

    def _make_bulk(self) -> BulkStore | None:
        known = self._described.get()
        if known is not None:
            return open_bulk(self.bucket, known)
        session, client = self._session.get(), self.client
        with self.doing("be reached"):
            bulk: BulkStore | None = _late_module("s3_bulk_by_boto3").make_bulk(
                session, client, self.settings, self.bucket, self._on_request
            )
        return bulk

    def _make_plain(self) -> "PlainRequests":
        module = _late_module("s3_plain")
        plain: PlainRequests = module.PlainRequests(self.bucket, self._described.get())
        return plain

    def _setting_up(self) -> AbstractContextManager[None]:
        """Translate while the endpoint may not be known yet."""
        url = self.settings.endpoint_url
        return Translator(self.bucket, shown_endpoint(url) if url else "S3").doing("be reached")

    def ask_versioning(self) -> Versioning:
        """Ask the bucket now, uncounted. From then on `versioning` says the same, unasked."""
        return self._versioning.put(self._ask_versioning())

    def _ask_versioning(self) -> Versioning:
        """What the bucket answers; UNKNOWN where the answer is refused."""
        try:
            with self.doing(f"tell whether “{self.bucket}” keeps versions"):
                status = self.plain.versioning()
                if status is None:
                    answer = self.client.get_bucket_versioning(Bucket=self.bucket)
                    status = answer.get("Status", "")
        except Transient:
            raise
        except StoreError:
            return Versioning.UNKNOWN
        return _VERSIONING.get(status, Versioning.NONE)

    def _count_versioning(self) -> Versioning:
        self._on_request(Request.GET, 1)
        return self._ask_versioning()


def connect(
    settings: S3Settings, bucket: str, on_request: OnRequest = lambda _kind, _count: None
) -> S3Connection:
    """The way to a bucket. `on_request` counts what is asked about the bucket itself."""
    return S3Connection(settings, bucket, on_request)


def _late_module(name: str) -> ModuleType:
    """A module of this floor that imports boto3, or http.client, imported now.

    To import boto3 and make a client takes 0.3 s, about as much as all else that a plan without a
    change needs; and that needs it only where `s3_environment` is not enough.
    """
    return import_module(f"manifest_sync.stores.{name}")


class _Once(Generic[_T]):
    """A value that one thread makes when it is first needed; a failure is not remembered."""

    def __init__(self, make: Callable[[], _T]) -> None:
        self._make = make
        self._made: list[_T] = []
        self._lock = threading.Lock()

    def get(self) -> _T:
        """The value."""
        if not self._made:
            with self._lock:
                if not self._made:
                    self._made.append(self._make())
        return self._made[0]

    def put(self, value: _T) -> _T:
        """Replace the value by one that is known from elsewhere, and return it."""
        with self._lock:
            self._made[:] = [value]
        return value
