import io

import pytest
from rich.console import Console

from manifest_sync.cli.bars import Bars
from manifest_sync.cli.output import Plain
from manifest_sync.cli.progress import Lines, Silence
from manifest_sync.cli.screen import Screen
from manifest_sync.cli.terminal import Terminal
from manifest_sync.core.amounts import many, size
from manifest_sync.core.content import Content, Side
from manifest_sync.core.events import (
    ApplyBegan,
    ApplyEnded,
    ChangeEnded,
    Event,
    Hashed,
    Listed,
    TriedAgain,
    Warned,
)
from manifest_sync.core.outcome import Outcome, Status
from manifest_sync.core.plan import Change, Source
from manifest_sync.core.reconcile import Reason
from manifest_sync.core.stamps import ABSENT
from tests.builders import content, file_stamp


def _outcome(sent: int) -> Outcome:
    held = content(sent)
    source = Source(Side.LOCAL, "a.png", file_stamp(held))
    change = Change(Side.S3, "a.png", None, held, Reason.NEW, ABSENT, source)
    return Outcome(change, Status.DONE, sent=sent)


RUN: list[Event] = [
    Listed("16", Side.LOCAL, 1200),
    Listed("16", Side.S3, 0),
    Hashed("16", 3, 12, 3_000_000, 12_000_000),
    Warned("cache.db was damaged."),
    TriedAgain("16", "busy", 32, slowed=False),
    ApplyBegan("16", Side.S3, 2, 3000),
    TriedAgain("16", "busy", 4, slowed=True),
    ChangeEnded("16", _outcome(1000)),
    ChangeEnded("16", _outcome(2000)),
    ApplyEnded("16"),
    Listed("17", Side.LOCAL, 5),
    ApplyBegan("17", Side.LOCAL, 1, 0),
    ChangeEnded("17", _outcome(0)),
]


def _log() -> tuple[Screen, io.StringIO]:
    screen, out = Screen(as_json=False, quiet=False), io.StringIO()
    screen.err = Plain(lambda: out)
    return screen, out


def _bars() -> tuple[Bars, io.StringIO]:
    screen, out = Screen(as_json=False, quiet=False), io.StringIO()
    console = Console(
        file=out, force_terminal=True, width=120, markup=False, highlight=False,
        soft_wrap=True, color_system=None, _environ={"TERM": "xterm"},
    )  # fmt: skip
    terminal = Terminal(console)
    screen.err = terminal
    return Bars(screen, terminal), out


def test_lines_for_a_log() -> None:
    screen, out = _log()
    lines = Lines(screen, every=0)
    with lines.shown():
        for event in RUN:
            lines.tell(event)
    assert out.getvalue().splitlines() == [
        "16: listed 1,200 files (folder)",
        "16: listed 0 files (S3)",
        "16: read 3 of 12 files, 3.0 MB of 12.0 MB",
        "Warning: cache.db was damaged.",
        "16: 1 retry: busy",
        "16: 0 of 2 changes, 0 B; 1 retry: busy, slowed down to 4 at a time",
        "16: 1 of 2 changes, 1.0 KB; 1 retry",
        "16: 2 of 2 changes, 3.0 KB; 1 retry",
        "17: listed 5 files (folder)",
        "17: 1 of 1 change, 0 B",
    ]


def test_a_log_is_not_flooded() -> None:
    screen, out = _log()
    lines = Lines(screen)
    with lines.shown():
        for event in RUN:
            lines.tell(event)
    assert out.getvalue() == "Warning: cache.db was damaged.\n"


def test_bars_on_a_terminal() -> None:
    bars, out = _bars()
    bars.tell(RUN[0])  # nothing is on the screen yet
    with bars.shown():
        for event in RUN[:10]:
            bars.tell(event)
            if isinstance(event, TriedAgain):
                assert bars._progress is not None
                bars._progress.refresh()
        assert bars._progress is not None
        bars._progress.refresh()
        shown = out.getvalue()
        for event in RUN[10:]:
            bars.tell(event)
    assert "16: listing folder" in shown
    assert "1,200 files" in shown
    assert "3/12 files" in shown
    assert "0/2 files: busy, 1 retry, slowed down to 4 at a time" in shown
    assert "2/2 files" in shown
    assert "3.0/3.0 kB" in shown
    assert "Warning: cache.db was damaged." in shown


def test_quiet_still_warns(capsys: pytest.CaptureFixture[str]) -> None:
    silence = Silence(Screen(as_json=False, quiet=True))
    with silence.shown():
        for event in RUN:
            silence.tell(event)
    assert capsys.readouterr() == ("", "Warning: cache.db was damaged.\n")


def test_amounts() -> None:
    assert [size(n) for n in (0, 57, 999, 1000, 57_312, 999_949, 999_950, 1_234_567_890)] == [
        *("0 B", "57 B", "999 B", "1.0 KB", "57.3 KB", "999.9 KB", "1.0 MB", "1.2 GB")
    ]
    assert [many(n, "file") for n in (0, 1, 4950)] == ["0 files", "1 file", "4,950 files"]
    assert many(2, "entry", "entries") == "2 entries"
    assert Content(1, "0" * 32).size == 1
