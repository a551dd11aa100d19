"""What a server may answer to many requests about small objects at a time."""

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import unquote

import pytest

from manifest_sync.core.abilities import Abilities, Guard
from manifest_sync.core.errors import (
    Corrupted,
    Denied,
    Moved,
    NotBegun,
    NotSignedIn,
    SlowDown,
    StoreError,
    Transient,
    Unreachable,
)
from manifest_sync.core.stamps import ObjectStamp
from manifest_sync.stores import s3_bulk, s3_session
from manifest_sync.stores.base import Body, Limits, Many, Request, Whole, Written
from manifest_sync.stores.bodies import bytes_body, content_of
from manifest_sync.stores.s3 import S3Store
from manifest_sync.stores.s3_connection import connect
from manifest_sync.stores.s3_settings import S3Settings
from tests.stores.scripted_s3 import Reply, Script, refusal, scripted_s3

LONG_AGO = "Sat, 21 Nov 2026 12:00:00 GMT"
NUMBERS = range(20)
OTHER_ETAG = "0" * 32


def data_of(number: int) -> bytes:
    return b"bytes of %d" % number


FILES: list[tuple[str, Body]] = [(f"{n}.png", bytes_body(data_of(n), 1)) for n in NUMBERS]
OBJECTS = [(path, ObjectStamp(body.content.size, body.content.md5)) for path, body in FILES]


class Opened:
    """A store that enforces conditions, and asks each thing once."""

    def __init__(self, endpoint: str) -> None:
        self.requests: Counter[Request] = Counter()
        self.connection = connect(S3Settings(endpoint_url=endpoint), "bucket")
        self.connection.abilities = Abilities(put=Guard(create=True), etag_is_md5=True)
        with pytest.MonkeyPatch.context() as patch:
            for module in (s3_session, s3_bulk):
                patch.setattr(module, "ATTEMPTS", 1)
            assert self.connection.bulk is not None
        self.store = S3Store(self.connection, "p/", self._count)

    def _count(self, kind: Request, count: int) -> None:
        self.requests[kind] += count

    def create(self, at_a_time: int = 1) -> list[Written | StoreError]:
        assert self.store.gains_by(Many.CREATE)
        return [*self.store.create_small(FILES, limits=Limits(at_a_time))]

    def read(self, at_a_time: int = 1) -> list[Whole | StoreError]:
        assert self.store.gains_by(Many.READ)
        return [*self.store.read_small(OBJECTS, limits=Limits(at_a_time))]


@contextmanager
def opened(script: Script) -> Iterator[Opened]:
    with scripted_s3(script) as endpoint:
        yield Opened(endpoint)


def number_of(path: str) -> int:
    return int(unquote(path).rpartition("/")[2].partition(".")[0])


def stored(number: int, etag: str | None = None) -> Reply:
    headers = {"ETag": f'"{etag or content_of(data_of(number)).md5}"', "Last-Modified": LONG_AGO}
    return Reply(headers=headers, body=data_of(number))


def serving(script: Callable[[str, int], Reply | None]) -> Script:
    """What the script says of a method and a file's number; else what a good server says."""

    def answer(method: str, path: str) -> Reply:
        said = script(method, number_of(path))
        if said is not None:
            return said
        reply = stored(number_of(path))
        return Reply(headers=reply.headers) if method == "PUT" else reply

    return answer


def kinds(results: Sequence[object]) -> list[type[object]]:
    return [type(result) for result in results]


def all_but(number: int, kind: type[object], usual: type[object]) -> list[type[object]]:
    return [kind if n == number else usual for n in NUMBERS]


# One object


@pytest.mark.parametrize("is_there", [True, False])
def test_a_refusal_is_believed_where_something_is_there(is_there: bool) -> None:
    def script(method: str, number: int) -> Reply | None:
        if number != 3:
            return None
        if method == "PUT":
            return refusal(412, "PreconditionFailed")
        return stored(3, OTHER_ETAG) if is_there else Reply(404)

    with opened(serving(script)) as at:
        results = at.create(4)
        assert kinds(results) == all_but(3, Moved if is_there else StoreError, Written)
        assert at.connection.contradicted is not is_there


def test_an_object_that_turned_out_to_be_another_is_damaged() -> None:
    def script(_method: str, number: int) -> Reply | None:
        return stored(3, OTHER_ETAG) if number == 3 else None

    with opened(serving(script)) as at:
        assert kinds(at.create(4)) == all_but(3, Corrupted, Written)


def test_an_object_that_somebody_replaced_at_once_is_theirs() -> None:
    def script(method: str, number: int) -> Reply | None:
        etag = "1" * 32 if method == "HEAD" else OTHER_ETAG
        return stored(3, etag) if number == 3 else None

    with opened(serving(script)) as at:
        assert kinds(at.create(4)) == all_but(3, Moved, Written)


def test_what_is_read_tells_the_md5_of_what_arrived() -> None:
    damaged = b"bytez of 3"

    def script(_method: str, number: int) -> Reply | None:
        return Reply(headers=stored(3).headers, body=damaged) if number == 3 else None

    with opened(serving(script)) as at:
        wholes = [whole for whole in at.read(4) if isinstance(whole, Whole)]
    assert wholes[3].data == damaged
    assert [whole.md5 for whole in wholes] == [content_of(whole.data).md5 for whole in wholes]
    assert len(wholes) == len(NUMBERS)


@pytest.mark.parametrize(
    "reply",
    [
        refusal(404, "NoSuchKey"),
        refusal(412, "PreconditionFailed"),
        stored(3, OTHER_ETAG),
        Reply(headers=stored(3).headers, body=b"bytes of three"),
    ],
    ids=["gone", "replaced", "no conditions", "another size"],
)
def test_an_object_in_another_state_is_not_read(reply: Reply) -> None:
    with opened(serving(lambda _, number: reply if number == 3 else None)) as at:
        results = at.read(4)
    assert kinds(results) == all_but(3, Moved, Whole)
    assert [r.data for r in results if isinstance(r, Whole)] == [
        data_of(number) for number in NUMBERS if number != 3
    ]


# All of them


BUSY = (refusal(503, "SlowDown"), SlowDown)
FAILING = (refusal(500, "InternalError"), Transient)
EXPIRED = (refusal(400, "ExpiredToken"), NotSignedIn)
REFUSED = (refusal(403, "AccessDenied"), Denied)
BROKEN_OFF = (Reply(headers=stored(3).headers, body=b"by", missing=8), Transient)


@pytest.mark.parametrize(
    ("method", "said", "kind"),
    [
        *[("PUT", *each) for each in (BUSY, FAILING, EXPIRED, REFUSED)],
        *[("GET", *each) for each in (BUSY, FAILING, EXPIRED, REFUSED, BROKEN_OFF)],
    ],
)
def test_after_an_error_that_may_be_about_all_no_other_is_asked_for(
    method: str, said: Reply, kind: type[StoreError]
) -> None:
    arrived: list[int] = []

    def script(_: str, number: int) -> Reply | None:
        arrived.append(number)
        return said if number == 3 else None

    with opened(serving(script)) as at:
        results: list[object] = [*(at.create() if method == "PUT" else at.read())]
        assert sum(at.requests.values()) == 4
    good = Written if method == "PUT" else Whole
    assert kinds(results) == [good] * 3 + [kind] + [NotBegun] * 16
    assert set(arrived) == {0, 1, 2, 3}


def test_a_server_that_is_not_there_is_not_asked_for_each() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    at = Opened(f"http://127.0.0.1:{port}")
    assert kinds(at.create()) == [Unreachable] + [NotBegun] * 19
    assert kinds(at.read()) == [Unreachable] + [NotBegun] * 19


# Many at a time


@pytest.mark.parametrize("at_a_time", [1, 5])
@pytest.mark.parametrize("method", ["PUT", "GET", "HEAD"])
def test_so_many_requests_are_made_at_a_time(method: str, at_a_time: int) -> None:
    """A HEAD looks at each object whose ETag is none of its bytes, as where S3 encrypts them."""
    lock, under_way, most = threading.Lock(), 0, 0

    def script(asked: str, number: int) -> Reply | None:
        nonlocal under_way, most
        if asked == method:
            with lock:
                under_way += 1
                most = max(most, under_way)
            time.sleep(0.02)  # so that others come, if they do
            with lock:
                under_way -= 1
        if method != "HEAD":
            return None
        headers = stored(number, f"{number:032}").headers
        encrypted = {**headers, "x-amz-server-side-encryption": "aws:kms"}
        return Reply(headers=encrypted, body=data_of(number) if asked == "HEAD" else b"")

    with opened(serving(script)) as at:
        results: list[object] = [*(at.read(at_a_time) if method == "GET" else at.create(at_a_time))]
    assert kinds(results) == [Whole if method == "GET" else Written] * 20
    assert most == at_a_time
