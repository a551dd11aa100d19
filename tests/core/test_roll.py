"""Rows that are compared as a whole are met or not exactly as they are one by one."""

from hypothesis import given
from hypothesis import strategies as st

from manifest_sync.core.columns import Columns, FileColumns, ObjectColumns, Signature
from manifest_sync.core.content import Content, Side
from manifest_sync.core.in_step import NONE_IN_STEP, Agreed, remember
from manifest_sync.core.listing import Found
from manifest_sync.core.roll import Met, Roll
from manifest_sync.core.stamps import FileStamp

_PATHS = ("a.png", "a.txt", "b/c.png", "d.png", "é.png", "\U0001f600.png")
_MD5S = ("1" * 32, "2" * 32)
_OPAQUE = "3" * 32 + "-2"

signatures = st.tuples(*[st.integers(0, 1)] * 4)
etags = st.sampled_from([*_MD5S, _OPAQUE, "", "1" * 31])
known = st.dictionaries(
    st.sampled_from(_PATHS),
    st.tuples(signatures, st.sampled_from(_MD5S), etags),
)


def _roll(files: dict[str, tuple[Signature, str, str]]) -> Roll:
    new = {
        path: Agreed(Content(signature[0], md5), FileStamp(*signature), etag)
        for path, (signature, md5, etag) in files.items()
    }
    return Roll(
        remember(
            NONE_IN_STEP,
            (),
            gone=(),
            new=new,
            circumstances=NONE_IN_STEP.circumstances,
            aside={},
            objects={},
        )
    )


def _asked(met: Met, columns: Columns) -> list[Found]:
    return [] if met.knows_all(columns) else met.unknown(columns.rows())


@given(files=known, other=known, same=st.sets(st.sampled_from(_PATHS)), side=st.sampled_from(Side))
def test_as_a_whole_and_one_by_one_the_same_rows_are_met(
    files: dict[str, tuple[Signature, str, str]],
    other: dict[str, tuple[Signature, str, str]],
    same: set[str],
    side: Side,
) -> None:
    there = {path: row for path, row in files.items() if path in same or path not in other}
    listed = sorted((other | there).items())
    paths = [path for path, _ in listed]
    columns: Columns
    if side is Side.LOCAL:
        columns = FileColumns(paths, [signature for _, (signature, _, _) in listed])
    else:
        sizes = [signature[0] for _, (signature, _, _) in listed]
        columns = ObjectColumns(paths, sizes, [etag for _, (_, _, etag) in listed])
    at_once, one_by_one = Met(_roll(files), side), Met(_roll(files), side)
    assert _asked(at_once, columns) == one_by_one.unknown(columns.rows())
    assert at_once.marks == one_by_one.marks


@given(files=known.filter(bool), side=st.sampled_from(Side), data=st.data())
def test_what_is_as_it_was_is_known_as_a_whole(
    files: dict[str, tuple[Signature, str, str]], side: Side, data: st.DataObject
) -> None:
    rows = sorted(files.items())
    first = data.draw(st.integers(0, len(rows)))
    past = data.draw(st.integers(first, len(rows)))
    paths = [path for path, _ in rows[first:past]]
    if side is Side.LOCAL:
        columns: Columns = FileColumns(paths, [row[0] for _, row in rows[first:past]])
    else:
        sizes = [row[0][0] for _, row in rows[first:past]]
        columns = ObjectColumns(paths, sizes, [row[2] for _, row in rows[first:past]])
    met = Met(_roll(files), side)
    assert met.knows_all(columns)
    assert met.marks == bytes(first) + b"\1" * (past - first) + bytes(len(rows) - past)
    assert not paths or not Met(_roll(files), side.other).knows_all(columns)
