"""What the project wants of itself (`docs/performance.md`), and whether a run reached it."""

from collections.abc import Mapping
from dataclasses import dataclass

from bench.measure import Row

OURS = "manifest-sync"

Measured = Mapping[tuple[str, str], Row]
"""Rows by work and tool."""


@dataclass(frozen=True)
class Verdict:
    """Whether one aim was reached."""

    work: str
    aim: str
    reached: str
    is_met: bool


@dataclass(frozen=True)
class Faster:
    """That ours is at least so many times as fast as the fastest of these tools."""

    times: float
    beside: tuple[str, ...]

    def judge(self, row: Row, measured: Measured) -> Verdict | None:
        """None where none of them was measured."""
        rows = (measured.get((row.work, tool)) for tool in self.beside)
        others = [other.figures.median for other in rows if other and other.figures]
        if row.figures is None or not others:
            return None
        reached = min(others) / row.figures.median
        aim = f"{self.times:.2f} × as fast as {' and '.join(self.beside)}"
        return Verdict(row.work, aim, f"{reached:.2f} ×", reached >= self.times)


@dataclass(frozen=True)
class NoLonger:
    """That ours takes at most so many times as long, for each file, as it does at another work."""

    times: float
    than: str

    def judge(self, row: Row, measured: Measured) -> Verdict | None:
        """None where the other work was not measured."""
        other = measured.get((self.than, OURS))
        if row.figures is None or other is None or other.figures is None:
            return None
        share = row.files / other.files
        reached = row.figures.median / other.figures.median / share
        a_file = " a file" if row.files != other.files else ""
        aim = f"at most {self.times:.2f} × as long{a_file} as {self.than}"
        return Verdict(row.work, aim, f"{reached:.2f} ×", reached <= self.times)


@dataclass(frozen=True)
class Within:
    """That ours takes no more than so many seconds."""

    seconds: float

    def judge(self, row: Row, measured: Measured) -> Verdict | None:
        """None where it failed."""
        del measured
        if row.figures is None:
            return None
        reached = row.figures.median
        aim = f"at most {self.seconds:.2f} s"
        return Verdict(row.work, aim, f"{reached:.2f} s", reached <= self.seconds)


@dataclass(frozen=True)
class Smaller:
    """That ours has never more than so many MiB of memory."""

    mib: int

    def judge(self, row: Row, measured: Measured) -> Verdict | None:
        """None where it failed."""
        del measured
        if row.figures is None:
            return None
        reached = row.figures.memory
        aim = f"at most {self.mib:,} MiB"
        return Verdict(row.work, aim, f"{reached:,.0f} MiB", reached <= self.mib)


@dataclass(frozen=True)
class Silent:
    """That ours makes no request."""

    def judge(self, row: Row, measured: Measured) -> Verdict | None:
        """None where it failed."""
        del measured
        if row.figures is None:
            return None
        asked = sum(row.requests.values())
        return Verdict(row.work, "no request", f"{asked:,} requests", asked == 0)


Aim = Faster | NoLonger | Within | Smaller | Silent
