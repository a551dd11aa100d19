"""What an object contains: the ladder of evidence, and what each rung costs in requests.

S3 is in memory here, with ETags as S3 makes them: MD5s, those of multipart uploads, or opaque ones
(KMS). How the real store tells and asks is tested with it.
"""

import hashlib
from collections.abc import Callable, Mapping

import pytest

from manifest_sync.core.content import Content, Side
from manifest_sync.core.errors import Denied, Transient
from manifest_sync.core.listing import Entry, Listing, Problem
from manifest_sync.core.manifest import Header, Manifest
from manifest_sync.core.rows import divide
from manifest_sync.core.scope import Scope
from manifest_sync.core.stamps import ABSENT, FileStamp, ObjectStamp
from manifest_sync.engine.bucket import BucketFacts, Evidence, observe_bucket
from manifest_sync.engine.tally import Tally
from manifest_sync.engine.watch import Watch
from manifest_sync.stores.base import Request, Store
from manifest_sync.stores.bodies import bytes_body, content_of
from manifest_sync.stores.faulty import Call, Fault, FaultyStore, Harm
from manifest_sync.stores.memory import MemoryStore

REMOTE = "s3://bucket/styles/16/"
DATA = b"the bytes of an image"
MULTIPART = f"{hashlib.md5(hashlib.md5(DATA).digest()).hexdigest()}-1"  # noqa: S324 - S3's own
"""The ETag of DATA, sent in one part."""


class MultipartBucket(MemoryStore):
    """A bucket whose objects others sent in one part each: ETags that are no MD5s."""

    def told_md5(self, stamp: object) -> str | None:
        assert isinstance(stamp, ObjectStamp)
        return None if "-" in stamp.etag else stamp.etag

    def _new_stamp(self, content: Content, modified_ns: int) -> ObjectStamp:  # noqa: ARG002 - as in the base
        md5 = hashlib.md5(bytes.fromhex(content.md5)).hexdigest()  # noqa: S324 - S3's own
        return ObjectStamp(content.size, f"{md5}-1")


class World:
    """A bucket, a folder beside it, and what is known of both."""

    def __init__(self, kind: Callable[..., MemoryStore] = MemoryStore, **options: bool) -> None:
        self.tally = Tally()
        self.bucket = kind(Side.S3, on_request=self._count, **options)
        self.folder = MemoryStore(Side.LOCAL)
        self.remembered: dict[str, tuple[str, str]] = {}
        self.manifest = Manifest("16", REMOTE)
        self.local: dict[str, Entry] = {}

    def _count(self, kind: Request, count: int) -> None:
        self.tally.request(kind, count)

    def own(self, path: str, data: bytes) -> None:
        """An object that was sent by this tool: its MD5 is beside it."""
        self.bucket.write(path, bytes_body(data, 1), expect=ABSENT, keep_under="x")

    def foreign(self, path: str, data: bytes) -> ObjectStamp:
        """An object that somebody else sent."""
        stamp = self.bucket.put_out_of_band(path, data)
        assert isinstance(stamp, ObjectStamp)
        return stamp

    def file(self, path: str, data: bytes) -> None:
        """A file of the folder, hashed."""
        stamp = self.folder.put_out_of_band(path, data)
        assert isinstance(stamp, FileStamp)
        self.local[path] = Entry(content_of(data), stamp)

    def look(self, bucket: Store | None = None, folder: Store | None = None) -> BucketFacts:
        """Observe, and count from here."""
        self.tally = Tally()
        bucket = bucket or self.bucket
        rows = divide(bucket.list(), Scope(Header()), lambda _: True)
        evidence = Evidence(self.remembered, self.manifest, Listing(Side.LOCAL, self.local))
        watch = Watch("16", self.tally, jobs=2)
        return observe_bucket(bucket, folder or self.folder, rows, evidence, watch)

    def remember(self, facts: BucketFacts) -> None:
        """As the cache does."""
        self.remembered.update({path: (etag, md5) for path, etag, md5 in facts.learned})

    @property
    def asked(self) -> dict[str, int]:
        """The requests of the last look, besides its one LIST."""
        requests = dict(self.tally.cost().requests)
        assert requests.pop("list") == 1
        return {kind: count for kind, count in requests.items() if count}

    @property
    def hashed(self) -> int:
        return self.tally.cost().hashed


def contents(facts: BucketFacts) -> Mapping[str, Content]:
    return {path: entry.content for path, entry in facts.listing.entries.items()}


def test_an_etag_that_is_an_md5_is_believed_for_nothing() -> None:
    world = World()
    for path in ("b.png", "a.png", "sub/a.txt"):
        world.foreign(path, path.encode())
    facts = world.look()
    assert contents(facts) == {
        path: content_of(path.encode()) for path in ("a.png", "b.png", "sub/a.txt")
    }
    assert (world.asked, world.hashed, facts.learned) == ({}, 0, ())


def test_what_is_remembered_of_a_key_and_etag_costs_nothing() -> None:
    world = World(opaque_etags=True)
    stamp = world.foreign("a.png", DATA)
    world.remembered["a.png"] = (stamp.etag, content_of(DATA).md5)
    facts = world.look()
    assert contents(facts) == {"a.png": content_of(DATA)}
    assert (world.asked, world.hashed, facts.learned) == ({}, 0, ())


def test_what_is_remembered_wins_over_an_etag_that_only_looks_like_an_md5() -> None:
    """Under KMS an ETag has the form of an MD5. What was found out about it once stands."""
    world = World()
    stamp = world.foreign("a.png", DATA)
    world.remembered["a.png"] = (stamp.etag, "f" * 32)
    assert contents(world.look()) == {"a.png": Content(len(DATA), "f" * 32)}


def test_what_is_remembered_of_another_etag_is_nothing() -> None:
    world = World(opaque_etags=True)
    world.remembered["a.png"] = (world.foreign("a.png", b"before").etag, content_of(b"before").md5)
    world.own("b.png", DATA)
    world.remembered["b.png"] = ("0" * 32, "1" * 32)
    world.foreign("a.png", DATA)
    facts = world.look()
    assert contents(facts) == {"a.png": content_of(DATA), "b.png": content_of(DATA)}
    assert world.asked == {"head": 2, "get": 1}


def test_the_manifests_etag_tells_the_lines_md5() -> None:
    world = World(opaque_etags=True)
    stamp = world.foreign("a.png", DATA)
    line = content_of(DATA)
    world.manifest = Manifest("16", REMOTE, lines={"a.png": line}, etags={"a.png": stamp.etag})
    facts = world.look()
    assert (contents(facts), world.asked, world.hashed) == ({"a.png": line}, {}, 0)


@pytest.mark.parametrize(
    ("size", "etag"), [(len(DATA), "another"), (len(DATA) + 1, "same"), (len(DATA), None)]
)
def test_a_manifests_etag_or_size_that_is_another_tells_nothing(
    size: int, etag: str | None
) -> None:
    world = World(opaque_etags=True)
    stamp = world.foreign("a.png", DATA)
    etags = {} if etag is None else {"a.png": stamp.etag if etag == "same" else etag}
    world.manifest = Manifest("16", REMOTE, lines={"a.png": Content(size, "f" * 32)}, etags=etags)
    assert contents(world.look()) == {"a.png": content_of(DATA)}
    assert world.asked == {"head": 1, "get": 1}


def test_a_multipart_etag_is_recognised_by_the_local_file() -> None:
    world = World(MultipartBucket)
    assert world.foreign("a.png", DATA).etag == MULTIPART
    world.file("a.png", DATA)
    facts = world.look()
    assert contents(facts) == {"a.png": content_of(DATA)}
    assert (world.asked, facts.learned) == ({}, (("a.png", MULTIPART, content_of(DATA).md5),))
    assert world.hashed == 1
    world.remember(facts)
    gone = FaultyStore(world.folder, [Fault(Call.READ, Harm.BEFORE)])
    assert contents(world.look(folder=gone)) == {"a.png": content_of(DATA)}
    assert gone.pending  # the file was not even read


@pytest.mark.parametrize(
    ("other", "hashed"), [(b"another image, indeed", 3), (b"of another size", 1)]
)
def test_a_multipart_object_with_other_bytes_than_the_file_is_asked_about(
    other: bytes, hashed: int
) -> None:
    """Both files are hashed to no avail where the size fits, and a.png's object is read."""
    world = World(MultipartBucket)
    world.foreign("a.png", DATA)
    world.own("b.png", DATA)
    for path in ("a.png", "b.png"):
        world.file(path, other)
    facts = world.look()
    assert contents(facts) == {"a.png": content_of(DATA), "b.png": content_of(DATA)}
    assert (world.asked, world.hashed) == ({"head": 2, "get": 1}, hashed)


def test_a_file_of_another_size_is_not_even_read() -> None:
    world = World(MultipartBucket)
    world.own("a.png", DATA)
    world.file("a.png", DATA + b"!")
    unread = FaultyStore(world.folder, [Fault(Call.READ, Harm.BEFORE)])
    assert contents(world.look(folder=unread)) == {"a.png": content_of(DATA)}
    assert unread.pending


def test_a_file_that_cannot_be_read_does_not_keep_its_object_from_being_asked_about() -> None:
    world = World(MultipartBucket)
    world.own("a.png", DATA)
    world.file("a.png", DATA)
    sick = FaultyStore(
        world.folder, [Fault(Call.READ, Harm.BEFORE, error=Denied("“a.png” cannot be read"))]
    )
    facts = world.look(folder=sick)
    assert (contents(facts), facts.listing.problems) == ({"a.png": content_of(DATA)}, ())
    assert (world.asked, sick.pending) == ({"head": 1}, [])


def test_the_md5_beside_the_object_costs_a_head_once() -> None:
    world = World(opaque_etags=True)
    world.own("a.png", DATA)
    facts = world.look()
    assert contents(facts) == {"a.png": content_of(DATA)}
    assert (world.asked, world.hashed) == ({"head": 1}, 0)
    world.remember(facts)
    assert contents(world.look()) == {"a.png": content_of(DATA)}
    assert world.asked == {}


def test_an_object_without_any_evidence_is_read_once() -> None:
    world = World(opaque_etags=True)
    world.foreign("a.png", DATA)
    facts = world.look()
    assert contents(facts) == {"a.png": content_of(DATA)}
    assert (world.asked, world.hashed) == ({"head": 1, "get": 1}, 1)
    world.remember(facts)
    assert contents(world.look()) == {"a.png": content_of(DATA)}
    assert (world.asked, world.hashed) == ({}, 0)


def test_an_object_replaced_by_another_is_asked_about_again() -> None:
    world = World(opaque_etags=True)
    world.foreign("a.png", DATA)
    world.remember(world.look())
    world.foreign("a.png", b"new")
    assert contents(world.look()) == {"a.png": content_of(b"new")}
    assert world.asked == {"head": 1, "get": 1}


def test_only_what_is_opaque_is_asked_about_and_all_is_sorted() -> None:
    world = World(MultipartBucket)
    plain = content_of(b"plain")
    for path in ("a.png", "b.png", "c.png"):
        world.foreign(path, b"opaque")
    world.remembered = {
        path: (world.foreign(path, b"plain").etag, plain.md5) for path in ("aa.png", "d.png")
    }
    facts = world.look()
    assert list(facts.listing.entries) == ["a.png", "aa.png", "b.png", "c.png", "d.png"]
    assert world.asked == {"head": 3, "get": 3}
    assert sorted(path for path, _, _ in facts.learned) == ["a.png", "b.png", "c.png"]


# What goes wrong is data


def one_problem(facts: BucketFacts) -> Problem:
    """The only problem, which is one sentence about the one path that is not in the listing."""
    (problem,) = facts.listing.problems
    assert problem.side is Side.S3
    assert problem.hides_content
    assert "\n" not in problem.message
    assert problem.path not in facts.listing.entries
    return problem


@pytest.mark.parametrize(
    ("call", "asked"), [(Call.ASK_MD5, {"head": 1, "get": 1}), (Call.READ, {"head": 2, "get": 1})]
)
def test_what_may_not_be_asked_or_read_is_a_problem_and_the_others_go_on(
    call: Call, asked: dict[str, int]
) -> None:
    world = World(opaque_etags=True)
    for path in ("a.png", "b.png"):
        world.foreign(path, DATA)
    denied = FaultyStore(
        world.bucket, [Fault(call, Harm.BEFORE, "a.png", Denied("S3 could not read a.png"))]
    )
    facts = world.look(denied)
    assert contents(facts) == {"b.png": content_of(DATA)}
    problem = one_problem(facts)
    assert (problem.path, problem.message) == ("a.png", "S3 could not read a.png")
    assert world.asked == asked
    assert [path for path, _, _ in facts.learned] == ["b.png"]
    # It is no more known than before: asked again, it is found out.
    assert contents(world.look()) == {path: content_of(DATA) for path in ("a.png", "b.png")}


def _cut(world: World, times: int) -> FaultyStore:
    broke = Transient("the connection broke")
    return FaultyStore(world.bucket, [Fault(Call.READ, Harm.AFTER, error=broke, times=times)])


def test_a_reading_that_breaks_off_is_begun_anew() -> None:
    world = World(opaque_etags=True)
    world.foreign("a.png", DATA)
    facts = world.look(_cut(world, 1))
    assert facts.listing.content("a.png") == content_of(DATA)
    assert facts.listing.problems == ()


def test_a_reading_that_always_breaks_off_is_a_problem_and_no_md5_of_half_an_object() -> None:
    world = World(opaque_etags=True)
    world.foreign("a.png", DATA)
    facts = world.look(_cut(world, 99))
    assert one_problem(facts).message == "the connection broke"
    assert (facts.learned, world.hashed) == ((), 0)


@pytest.mark.parametrize("call", [Call.ASK_MD5, Call.READ])
@pytest.mark.parametrize("what", ["vanishes", "changes"])
def test_an_object_that_vanishes_or_changes_after_the_listing_is_a_problem(
    call: Call, what: str
) -> None:
    world = World(opaque_etags=True)
    world.foreign("a.png", DATA)

    def meanwhile(now: Call, _: str) -> None:
        if now is call:
            if what == "vanishes":
                world.bucket.drop_out_of_band("a.png")
            else:
                world.foreign("a.png", b"new")

    facts = world.look(FaultyStore(world.bucket, before_each=meanwhile))
    problem = one_problem(facts)
    assert problem.path == "a.png"
    assert ("gone" if what == "vanishes" else "changed") in problem.message
    assert facts.learned == ()


def test_problems_of_the_listing_stand_beside_those_of_the_asking() -> None:
    world = World(opaque_etags=True)
    world.foreign("b.png", DATA)
    denied = FaultyStore(world.bucket, [Fault(Call.ASK_MD5, Harm.BEFORE, error=Denied("no"))])
    unsafe = Problem("c.png", Side.S3, "unsafe_key", "cannot be used")
    rows = divide([unsafe, *world.bucket.list()], Scope(Header()), lambda _: True)
    evidence = Evidence({}, world.manifest, Listing(Side.LOCAL, {}))
    facts = observe_bucket(denied, world.folder, rows, evidence, Watch("16", Tally()))
    assert [problem.path for problem in facts.listing.problems] == ["b.png", "c.png"]
    assert facts.listing.problems[1] == unsafe
