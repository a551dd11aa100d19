"""A workspace that was opened for one command, with its screen and progress."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from manifest_sync.cli.interrupt import Interrupt
from manifest_sync.cli.options import Common, Connection
from manifest_sync.cli.progress import Reporter, reporter
from manifest_sync.cli.screen import Screen
from manifest_sync.core.amounts import many
from manifest_sync.core.errors import InvalidInput, ManifestSyncError, StateError, UsageProblem
from manifest_sync.core.exits import Exit
from manifest_sync.core.paths import shown
from manifest_sync.core.sentences import sentence
from manifest_sync.workspace.runs import Failed
from manifest_sync.workspace.styles import Chosen, Style
from manifest_sync.workspace.workspace import Workspace

_Result = TypeVar("_Result")
_NAMED = 5
"""Styles that fail for one reason and are told by name."""


class Session(msgspec.Struct, frozen=True):
    """What a command works with."""

    workspace: Workspace
    screen: Screen
    progress: Reporter
    interrupt: Interrupt
    here: Path
    """Where names of folders and files are relative to."""

    def styles(self, names: Sequence[str] | None) -> Chosen:
        """The styles that were named, or all. Raises UsageProblem where there is none."""
        chosen = self.workspace.styles(names or (), self.here)
        if not chosen:
            raise UsageProblem(
                f"The workspace {self.workspace.root} has no styles yet; make one with "
                "“manifest-sync init DIR --remote s3://BUCKET/PREFIX/”."
            )
        return chosen

    def each(
        self, chosen: Chosen, work: Callable[[Style], _Result], *, lists_s3: bool = False
    ) -> tuple[list[_Result], list[Failed]]:
        """Do something with each style. One that fails is told of and does not stop the others.

        Where all of them fail, the first failure is raised: it is the command's. With `lists_s3`
        the styles wait for S3 together, because the work lists it.
        """
        done: list[_Result] = []
        failed = [Failed(broken.name, broken.error) for broken in chosen.broken]
        ahead = self.workspace.looking_ahead(chosen.styles if lists_s3 else ())
        with self.progress.shown(), ahead:
            for style in chosen.styles:
                try:
                    done.append(work(style))
                except (UsageProblem, StateError):
                    raise
                except ManifestSyncError as error:
                    failed.append(Failed(style.id, error))
        if failed and not done:
            first = failed[0].error
            self.tell_failed(each for each in failed if sentence(each.error) != sentence(first))
            raise first
        self.tell_failed(failed)
        return done, failed

    def tell_failed(self, failed: Iterable[Failed]) -> None:
        """Say which styles failed, and why; once where that is the same for several of them."""
        why: dict[str, list[str]] = {}
        for each in failed:
            styles = why.setdefault(sentence(each.error), [])
            # What is not valid is named by its error already.
            styles += [] if isinstance(each.error, InvalidInput) else [shown(each.style)]
        for error, styles in why.items():
            self.screen.say(f"Error: {_listed(styles)}{error}")


def flags_of(given: Connection) -> dict[str, str | int | None]:
    """What the command line says of how to reach S3, as the configuration takes it."""
    return {
        "profile": given.profile,
        "region": given.region,
        "endpoint_url": given.endpoint_url,
        "jobs": given.jobs,
    }


@contextmanager
def session(
    common: Common, connection: Connection | None = None, *, everything: bool = False
) -> Iterator[Session]:
    """Open the workspace around the current folder, or the one that --workspace names."""
    with session_at(
        common.workspace or Path.cwd(), common, connection, everything=everything
    ) as opened:
        yield opened


@contextmanager
def session_at(
    start: Path, common: Common, connection: Connection | None, *, everything: bool = False
) -> Iterator[Session]:
    """Open the workspace that holds a folder."""
    screen = Screen(as_json=common.as_json, quiet=common.quiet, everything=everything)
    progress = reporter(screen)
    interrupt = Interrupt()
    flags = flags_of(connection or Connection())
    with Workspace.open(start, flags=flags, tell=progress.tell, stopped=interrupt) as workspace:
        here = Path.cwd()
        inside = here.is_relative_to(workspace.root) or common.workspace is None
        yield Session(workspace, screen, progress, interrupt, here if inside else workspace.root)


def _listed(styles: Sequence[str]) -> str:
    """The first of them by name, as the beginning of a sentence."""
    named, rest = ", ".join(styles[:_NAMED]), len(styles) - _NAMED
    if rest > 0:
        named += f" and {many(rest, 'other style')}"
    return f"{named}: " if named else ""


def statuses_of(failed: Iterable[Failed]) -> list[Exit]:
    """The exit statuses that failures ask for."""
    return [each.error.exit_status for each in failed]
