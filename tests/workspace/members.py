"""The members of a team: workspaces as they are, but for stores and databases in memory.

Manifests are files, plans are made and applied by the façade's own modules, and a run that is
killed leaves behind what it had written and nothing else.
"""

from contextlib import AbstractContextManager, suppress
from pathlib import Path

import msgspec

from manifest_sync.core.content import Content, Side
from manifest_sync.core.errors import Overtaken, StoreError
from manifest_sync.core.manifest import MANIFEST_NAME
from manifest_sync.core.plan import Options
from manifest_sync.core.reconcile import Verb
from manifest_sync.core.selection import EVERYTHING
from manifest_sync.stores.bodies import content_of
from manifest_sync.stores.memory import MemoryStore
from manifest_sync.workspace.applying import apply_planned
from manifest_sync.workspace.observing import Observer
from manifest_sync.workspace.planning import plan_style
from manifest_sync.workspace.recording import record_style
from manifest_sync.workspace.runs import Applied, Planned, Recorded
from manifest_sync.workspace.styles import load_style
from tests.engine.world import NO_FAULTS, REMOTE, Clock, Faults
from tests.workspace.in_memory import MemoryResources, WatchedStore
from tests.workspace.strands import Strand
from tests.workspace.witness import Doing, Person, Witness

_TURNS = 20
"""How often a run may be overtaken: more often than any history pushes."""

FOLDER = "16"


class Member:
    """One workspace with one style: its folder, its manifest, what it remembers."""

    def __init__(self, root: Path, witness: Witness, clock: Clock, *, gains: bool = False) -> None:
        self.root, self.witness, self.clock = root, witness, clock
        self.person = Person()
        self.folder = MemoryStore(Side.LOCAL, gains=gains, clock=clock.tick)
        self.resources = MemoryResources(root, clock, self._store)
        self.run: Run | None = None
        """The one that is under way, or was last."""
        (root / FOLDER).mkdir(parents=True)
        self.manifest = (
            f'{{"version": 1, "style": "16", "remote": "{REMOTE}", "files": {{}}}}'.encode()
        )

    @property
    def manifest(self) -> bytes:
        """The manifest's text."""
        return (self.root / FOLDER / MANIFEST_NAME).read_bytes()

    @manifest.setter
    def manifest(self, text: bytes) -> None:
        (self.root / FOLDER / MANIFEST_NAME).write_bytes(text)

    @property
    def ignored(self) -> object:
        """What the manifest leaves out of scope."""
        return msgspec.json.decode(self.manifest).get("ignore")

    @property
    def is_busy(self) -> bool:
        """Whether a run is under way."""
        return self.run is not None and not self.run.strand.ended

    def edit(self, path: str, data: bytes | None) -> None:
        """A person writes or deletes a file."""
        if data is not None:
            self.folder.put_out_of_band(path, data)
            self.person.held.add((path, content_of(data)))
            self.person.has_back(Side.LOCAL, path, content_of(data))
        elif self.folder.bytes_at(path) is not None:
            self.folder.drop_out_of_band(path)

    def begin(self, verb: Verb, to: Side, options: Options, faults: Faults = NO_FAULTS) -> "Run":
        """Begin a run; it waits to be let go on."""
        assert not self.is_busy, "the workspace is locked"
        self.clock.wait()
        self.run = Run(self, verb, to, options, faults)
        return self.run

    def kill(self, *, in_between: bool = False) -> None:
        """Kill the run. What was not committed has not happened."""
        assert self.run is not None
        self.run.strand.kill(in_between=in_between)
        self.resources.process.rollback()

    def record(self) -> Recorded:
        """Record, all at once."""
        run = self.begin(Verb.APPLY, Side.LOCAL, Options())
        run.strand.kill()
        run.is_free = True
        style = load_style(self.root, self.root / FOLDER)
        return record_style(Observer(self.resources, lambda: False), style, check=False)

    def lose_state(self) -> None:
        """state.db is gone, and what it said of what was destroyed."""
        self.resources.lose_state()
        self.person.destroyed.clear()

    def kept(self) -> dict[str, tuple[str, str, Content]]:
        """What history says of every byte that was destroyed: kept_at → side, path, content."""
        rows = self.resources.process.execute(
            "SELECT kept_at, side, path, before_size, before_md5 FROM changes"
            " WHERE kept_at IS NOT NULL AND status IS NOT NULL"
        )
        return {at: (side, path, Content(size, md5)) for at, side, path, size, md5 in rows}

    def bases(self) -> set[tuple[str, Content]]:
        """What folder and S3 had in common last, as state.db has it."""
        rows = self.resources.process.execute(
            "SELECT path, base_size, base_md5 FROM memory WHERE base_md5 IS NOT NULL"
        )
        return {(path, Content(size, md5)) for path, size, md5 in rows}

    def _store(self, side: Side) -> WatchedStore:
        assert self.run is not None
        return self.run.store(side)


class Run:
    """One command of one member, and what came of it."""

    is_free = False
    """Whether it goes on without being let."""

    def __init__(
        self, member: Member, verb: Verb, to: Side, options: Options, faults: Faults
    ) -> None:
        self.member, self.verb, self.to, self.options = member, verb, to, options
        self.faults = faults
        self.doing = Doing(options.overwrite)
        self.planned: Planned | None = None
        self.applied: Applied | None = None
        self.error: StoreError | None = None
        self.interrupted = False
        """Whether Ctrl-C was pressed."""
        self.strand = Strand(self._work)

    def store(self, side: Side) -> WatchedStore:
        """One side of the style, as the run has it."""
        inner = self.member.folder if side is Side.LOCAL else self.member.witness.bucket
        faults = self.faults.get(side, ())
        return WatchedStore(inner, faults, self._step, self._watching, self._listing)

    def finish(self) -> "Run":
        """Let it go on to its end."""
        self.strand.go_on()
        return self

    def _step(self) -> None:
        if not self.is_free:
            self.strand.point()

    def _listing(self) -> None:
        self.member.witness.listing(self.doing)

    def _watching(
        self, store: MemoryStore, path: str, keep_under: str
    ) -> AbstractContextManager[None]:
        member = self.member
        return member.witness.watching(member.person, self.doing, store, path, keep_under)

    def _work(self) -> None:
        resources = self.member.resources
        observer = Observer(resources, lambda: self.interrupted)
        observer.is_alone = True
        resources.process.step = self._step
        try:
            style = load_style(resources.root, self.member.root / FOLDER)
            planned = plan_style(
                observer,
                style,
                verb=self.verb,
                to=self.to,
                options=self.options,
                selection=EVERYTHING,
            )
            for _ in range(_TURNS):
                self.planned = planned
                with suppress(Overtaken):
                    self.applied = apply_planned(resources, planned, self.verb)
                    return
                planned = planned.again()
            raise AssertionError("overtaken more often than there are pushes")
        except StoreError as error:
            self.error = error
        finally:
            resources.process.step = None
