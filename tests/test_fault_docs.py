"""The page about failures names the numbers that the program goes by."""

import re
from pathlib import Path

from manifest_sync.engine import pace, retrying
from manifest_sync.stores import s3_patience

_PAGE = Path(__file__).parent.parent / "docs" / "when-s3-fails.md"


def test_the_time_outs_are_those_of_the_program() -> None:
    table = _PAGE.read_text().partition("## Time-outs")[2]
    told = re.findall(r"^\| [a-z].* \| ([\d.]+)(?: s)? \|$", table, re.MULTILINE)
    assert [float(number) for number in told] == [
        s3_patience.CONNECT_SECONDS,
        s3_patience.READ_SECONDS,
        s3_patience.ATTEMPTS,
        retrying.TRIES,
        retrying.LONG,
        pace.PATIENCE,
    ]
