"""What really happens at the stores of a team, and what of it must not."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from manifest_sync.core.content import Content, Side
from manifest_sync.core.manifest import MANIFEST_NAME
from manifest_sync.core.scope import Scope
from manifest_sync.formats.manifest_json import parse_manifest
from manifest_sync.stores.bodies import content_of
from manifest_sync.stores.memory import MemoryStore

Lines = dict[str, Content]


@dataclass(frozen=True)
class Destroyed:
    """Bytes that a run replaced or deleted."""

    side: Side
    path: str
    content: Content
    keep_under: str
    """What the run keeps them under."""


@dataclass
class Doing:
    """What is known of a run from outside."""

    overwrites: bool
    listed_at: int = 0
    """How many manifests had been published when it last listed S3."""
    published_at: int | None = None
    """How many when it published its own, since then."""


@dataclass
class Person:
    """What one workspace had, did and lost."""

    held: set[tuple[str, Content]] = field(default_factory=set)
    """Everything that its folder ever held."""
    destroyed: list[Destroyed] = field(default_factory=list)

    def has_back(self, side: Side, path: str, content: Content) -> None:
        """Somebody has put the same bytes where they were destroyed.

        If that was by a run that was killed, nothing tells any more that it got so far; and
        nothing has to, for the bytes are there.
        """
        back = (side, path, content)
        self.destroyed = [d for d in self.destroyed if (d.side, d.path, d.content) != back]


class Witness:
    """Sees every change of the bucket and of the folders at the moment it is made."""

    def __init__(self, bucket: MemoryStore) -> None:
        self.bucket = bucket
        self.on_s3: set[tuple[str, Content]] = set()
        """Everything that S3 ever held."""
        self.published: list[Lines] = [{}]
        """What was published, one after the other; at first nothing."""
        self.nested: frozenset[str] = frozenset()
        """Folders that became styles of their own."""

    def listing(self, doing: Doing) -> None:
        """A run lists S3, to plan by what it finds there."""
        doing.listed_at, doing.published_at = len(self.published), None

    @contextmanager
    def watching(
        self, person: Person, doing: Doing, store: MemoryStore, path: str, keep_under: str
    ) -> Iterator[None]:
        """Compare a path before and after one request of a run, whatever it answered."""
        before = store.bytes_at(path)
        try:
            yield
        finally:
            after = store.bytes_at(path)
            if before != after:
                was, now = _content(before), _content(after)
                if was is not None:
                    person.destroyed.append(Destroyed(store.side, path, was, keep_under))
                if store.side is Side.LOCAL:
                    person.held |= _files(path, now)
                elif path == MANIFEST_NAME:
                    self._published(person, doing, after)
                else:
                    self._on_s3(person, doing, path, was, now)

    def change_out_of_band(self, path: str, data: bytes | None) -> None:
        """Somebody else writes or deletes an object."""
        if data is not None:
            self.bucket.put_out_of_band(path, data)
            self.on_s3.add((path, content_of(data)))
        elif self.bucket.bytes_at(path) is not None:
            self.bucket.drop_out_of_band(path)

    def _published(self, person: Person, doing: Doing, text: bytes | None) -> None:
        assert text is not None, "what is published is never taken away"
        manifest = parse_manifest(text, MANIFEST_NAME)
        before, after = self.published[-1], dict(manifest.lines)
        doing.published_at = len(self.published)
        self.published.append(after)
        scope = Scope(manifest.header, self.nested)
        for path, said in before.items():
            if after.get(path) != said and scope.holds(path) and not doing.overwrites:
                assert (path, said) in person.held, f"{path} was published by others, never here"

    def _on_s3(
        self, person: Person, doing: Doing, path: str, was: Content | None, now: Content | None
    ) -> None:
        self.on_s3 |= _files(path, now)
        since = self.published[doing.listed_at - 1 :]
        assert any(lines.get(path) == now for lines in since), f"{path} is not as announced"
        if was is not None and not doing.overwrites and (path, was) not in person.held:
            until = self.published[doing.listed_at - 1 : doing.published_at]
            theirs = all(lines.get(path) == was for lines in until)
            assert not theirs, f"{path} was published by others, never here, and not a conflict"


def _files(path: str, content: Content | None) -> set[tuple[str, Content]]:
    return set() if content is None else {(path, content)}


def _content(data: bytes | None) -> Content | None:
    return None if data is None else content_of(data)
