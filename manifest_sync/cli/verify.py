"""`manifest-sync verify`."""

import math
from enum import StrEnum
from typing import Annotated

import typer

from manifest_sync.cli.command import command
from manifest_sync.cli.document_verify import verify_document
from manifest_sync.cli.options import All, Common, Connection, StyleNames
from manifest_sync.cli.session import Session, session, statuses_of
from manifest_sync.cli.text_plan import problem_line
from manifest_sync.cli.text_verify import verified_lines
from manifest_sync.core.amounts import many
from manifest_sync.core.content import Side
from manifest_sync.core.errors import UsageProblem
from manifest_sync.core.exits import Exit, worst
from manifest_sync.core.paths import shown
from manifest_sync.workspace.runs import Verified

_ALL = 100


class Sides(StrEnum):
    """What `--side` takes."""

    LOCAL = "local"
    S3 = "s3"
    BOTH = "both"

    @property
    def sides(self) -> tuple[Side, ...]:
        """The sides it names."""
        return tuple(Side) if self is Sides.BOTH else (Side(self.value),)


@command
def verify(
    styles: StyleNames = None,
    sample: Annotated[
        str | None,
        typer.Option(
            "--sample",
            metavar="N%",
            help="Read so many of the files, others each time, until all had their turn.",
            show_default=False,
        ),
    ] = None,
    side: Annotated[Sides, typer.Option("--side", help="Which bytes are read.")] = Sides.BOTH,
    *,
    everything: All = False,
    common: Common,
    connection: Connection,
) -> Exit:
    """Read the bytes again, whatever is known of them, and compare. Changes nothing.

    Files are compared with the digest that was remembered for them and with the manifest, objects
    with what S3 says of them and with the manifest. This finds what no listing shows: a disk that
    forgets, a program that sets clocks back. From S3 everything that is read is downloaded.

    The exit status is 0 where all is as it was said to be, 2 where anything is not, and 3 where
    something could not be read.

        manifest-sync verify 16                  every byte of one style, on both sides
        manifest-sync verify --side local        the folders only: no download
        manifest-sync verify --sample 10% -q     a tenth each night; ten nights read it all
    """
    percent = _percent(sample)
    with session(common, connection, everything=everything) as opened:
        done, failed = opened.each(
            opened.styles(styles),
            lambda style: opened.workspace.verify(style, side.sides, percent),
        )
        _show(opened, done)
        opened.screen.document(verify_document(done, failed, percent))
    statuses = [Exit.CHANGES for each in done if each.differs]
    statuses += [Exit.INCOMPLETE for each in done if each.hides]
    return worst([*statuses, *statuses_of(failed)])


def _percent(text: str | None) -> float | None:
    """`10%`, `10` or `0.5%` as a number; None for everything. Raises UsageProblem."""
    if text is None:
        return None
    try:
        percent = float(text.strip().removesuffix("%"))
    except ValueError:
        percent = math.nan
    if not 0 < percent <= _ALL:
        raise UsageProblem(
            f"--sample is “{shown(text)}”, but must be a percentage above 0 and up to 100, as 10%."
        )
    return percent


def _show(opened: Session, done: list[Verified]) -> None:
    """With --quiet only what is wrong."""
    screen = opened.screen
    for each in done:
        if not screen.quiet or each.differs:
            screen.show(*([] if screen.as_json else verified_lines(each, screen.limit)))
        elif not screen.as_json:
            screen.say(*(problem_line(found) for side in each.sides for found in side.problems))
    files = sum(side.read for each in done for side in each.sides)
    if not any(each.differs or each.hides for each in done):
        screen.tell(f"{many(files, 'file')} read: everything is as it was said to be.")
