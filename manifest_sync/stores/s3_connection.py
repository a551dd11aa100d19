"""The way to one bucket, and what is learnt about it on the way."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

import boto3
from obstore.store import S3Store as BulkStore

from manifest_sync.core.abilities import Abilities, Versioning
from manifest_sync.core.errors import StoreError, Transient
from manifest_sync.stores.base import OnRequest, Request
from manifest_sync.stores.s3_address import shown_endpoint
from manifest_sync.stores.s3_bulk import make_bulk
from manifest_sync.stores.s3_errors import KeyNeeded, Translator, no_credentials
from manifest_sync.stores.s3_session import make_client, make_session
from manifest_sync.stores.s3_settings import S3Settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef, HeadObjectOutputTypeDef

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

    boto3 does whatever needs care; obstore moves the bulk, where it can (`s3_bulk`).
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
        self._on_request = on_request
        self._session: _Once[boto3.Session] = _Once(self._make_session)
        self._client: _Once[S3Client] = _Once(self._make_client)
        self._translator: _Once[Translator] = _Once(self._make_translator)
        self._bulk: _Once[BulkStore | None] = _Once(self._make_bulk)
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

    def _make_session(self) -> boto3.Session:
        with self._setting_up():
            return make_session(self.settings)

    def _make_client(self) -> "S3Client":
        with self._setting_up():
            return make_client(self._session.get(), self.settings)

    def _make_translator(self) -> Translator:
        return Translator(self.bucket, shown_endpoint(self.client.meta.endpoint_url))

    def _make_bulk(self) -> BulkStore | None:
        session, client = self._session.get(), self.client
        with self.doing("be reached"):
            return make_bulk(session, client, self.settings, self.bucket, self._on_request)

    def _setting_up(self) -> AbstractContextManager[None]:
        """Translate while the endpoint may not be known yet."""
        url = self.settings.endpoint_url
        return Translator(self.bucket, shown_endpoint(url) if url else "S3").doing("be reached")

    def ask_versioning(self) -> Versioning:
        """Ask the bucket now, uncounted; UNKNOWN where the answer is refused."""
        try:
            with self.doing(f"tell whether “{self.bucket}” keeps versions"):
                answer = self.client.get_bucket_versioning(Bucket=self.bucket)
        except Transient:
            raise
        except StoreError:
            return Versioning.UNKNOWN
        return _VERSIONING.get(answer.get("Status", ""), Versioning.NONE)

    def _count_versioning(self) -> Versioning:
        self._on_request(Request.GET, 1)
        return self.ask_versioning()


def connect(
    settings: S3Settings, bucket: str, on_request: OnRequest = lambda _kind, _count: None
) -> S3Connection:
    """The way to a bucket. `on_request` counts what is asked about the bucket itself."""
    return S3Connection(settings, bucket, on_request)


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
