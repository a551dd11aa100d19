"""Saved plans: whatever the engine makes round-trips; nothing a file says is believed unchecked."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from manifest_sync.core.abilities import Unguarded
from manifest_sync.core.content import Action, Side
from manifest_sync.core.errors import InvalidInput
from manifest_sync.core.paths import shown
from manifest_sync.core.plan import Options, Refusal, StylePlan
from manifest_sync.core.planning import Kept, make_plan
from manifest_sync.core.reconcile import Verb
from manifest_sync.core.restore import KeptSource
from manifest_sync.core.scope import Role
from manifest_sync.formats.plan_json import parse_plan, render_plan
from tests import strategies as given_st
from tests.builders import basis, content, contents, gist, object_stamp, plan, problem, survey
from tests.searching import examples

Document = dict[str, Any]

quick = settings(max_examples=examples(20))


@st.composite
def plans(draw: st.DrawFn) -> StylePlan:
    verb, to = draw(given_st.ways)
    facts = draw(given_st.surveys())
    options = draw(given_st.options(paths=facts.folder.entries))
    return plan(facts, verb, to, options)


@quick
@given(plans())
def test_any_plan_survives_being_saved(made: StylePlan) -> None:
    text = render_plan([made])
    assert parse_plan(text, "p.json") == (made,)
    assert render_plan(parse_plan(text, "p.json")) == text
    assert text.endswith(b"}\n")


def test_several_styles_and_every_option_survive() -> None:
    options = Options(delete=True, overwrite=True, only=Role.CAPTION, take={"a b.txt": Side.S3})
    first = plan(survey("a.txt=1", "b.txt=2"), Verb.PUSH, Side.S3, options)
    second = plan(survey("a.png=1"), Verb.APPLY, Side.LOCAL)
    renamed = _replaced(second, style="17")
    assert parse_plan(render_plan([first, renamed]), "p") == (first, renamed)
    assert parse_plan(render_plan([]), "p") == ()


def test_where_bytes_were_kept_is_told() -> None:
    known = survey("", "", "a.png=1", "")
    source = KeptSource(Side.S3, "b.png", object_stamp(content(1)), "s3://bucket/b.png?versionId=7")
    kept = Kept({content(1): source})
    made = make_plan(known, Side.LOCAL, basis(Verb.APPLY, Options()), "styles/16", kept)
    text = render_plan([made])
    [change] = json.loads(text)["styles"][0]["changes"]
    assert change["source"]["kept_at"] == "s3://bucket/b.png?versionId=7"
    assert parse_plan(text, "p.json") == (made,)


def _replaced(made: StylePlan, *, style: str) -> StylePlan:
    text = render_plan([made]).replace(b'"style": "16"', b'"style": "%s"' % style.encode())
    return parse_plan(text, "p")[0]


def test_the_document_reads_as_the_plan() -> None:
    made = plan(
        survey("new.png=1 same.png=2 edited.txt=3", "same.png=2 edited.txt=4 gone.png=5", "",
               "same.png=2 edited.txt=4 gone.png=5"),
        options=Options(delete=True),
    )  # fmt: skip
    document = json.loads(render_plan([made]))
    assert (document["format"], document["version"]) == ("manifest-sync/plan", 1)
    style = document["styles"][0]
    assert (style["style"], style["to"], style["basis"]["verb"]) == ("16", "s3", "push")
    rows = {row["path"]: row for row in style["changes"]}
    assert {path: row["action"] for path, row in rows.items()} == {
        "new.png": Action.CREATE, "edited.txt": Action.UPDATE, "gone.png": Action.DELETE
    }  # fmt: skip
    assert rows["new.png"]["before"] is None
    assert rows["new.png"]["precondition"] == {"kind": "absent"}
    assert rows["edited.txt"]["before"]["size"] == 4
    assert rows["gone.png"]["after"] is None
    assert rows["gone.png"]["precondition"]["kind"] == "object"
    assert style["summary"]["unchanged"] == 1


@pytest.mark.parametrize(
    ("unguarded", "paths"),
    [
        (Unguarded.CREATE, ["new.png"]),
        (Unguarded.UPDATE, ["edited.txt"]),
        (Unguarded.DELETE, ["gone.png", "old.png"]),
        (Unguarded.COPY, ["moved.png"]),
        (Unguarded.PARTS, ["big.png"]),
    ],
)
def test_each_change_says_whether_a_condition_guards_it(
    unguarded: Unguarded, paths: list[str]
) -> None:
    there = "edited.txt=4 gone.png=5 old.png=6"
    known = survey("new.png=1 edited.txt=3 moved.png=6 big.png=67108865", there, "", there)
    made = plan(known, options=Options(delete=True))
    for kinds, expected in (((unguarded,), paths), ((), []), (None, None)):
        based = msgspec.structs.replace(made.basis, unguarded=kinds)
        text = render_plan([msgspec.structs.replace(made, basis=based)])
        rows = json.loads(text)["styles"][0]["changes"]
        if expected is None:
            assert {row["unguarded"] for row in rows} == {None}
        else:
            assert [row["path"] for row in rows if row["unguarded"]] == expected


# Tampering

BASE = plan(
    survey("a.png=1 b.txt=2", "b.txt=3 c.png=4", "", "b.txt=3 c.png=4"),
    options=Options(delete=True),
)
assert gist(BASE) == "+a.png=1 ~b.txt=2 -c.png"


def refusal(data: bytes) -> str:
    with pytest.raises(InvalidInput) as caught:
        parse_plan(data, "p.json")
    message = str(caught.value)
    assert message.startswith("p.json")
    assert message.endswith(".")
    assert shown(message) == message
    return message


def tampered(change: Callable[[Document], object]) -> str:
    document = json.loads(render_plan([BASE]))
    change(document)
    return refusal(json.dumps(document).encode())


def row(document: Document, number: int = 0) -> Document:
    found: Document = document["styles"][0]["changes"][number]
    return found


def _set(number: int, **fields: object) -> Callable[[Document], object]:
    return lambda document: row(document, number).update(fields)


def _source(**fields: object) -> Callable[[Document], object]:
    return lambda document: row(document)["source"].update(fields)


ONE, TWO = ({"size": c.size, "md5": c.md5} for c in contents("a=1 b=2").values())


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_set(0, path="../x"), "“../x”"),
        (_set(0, path="/etc/passwd"), "absolute"),
        (_set(0, path="a\\b.png"), "backslash"),
        (_set(0, path="a\nb.png"), "control character"),
        (_set(0, path=""), "empty"),
        (_source(path="../../home/x"), "“../../home/x”"),
        (_source(path="/etc/passwd"), "absolute"),
        (_set(0, action="delete"), "a.png is no delete"),
        (_set(0, action="update"), "a.png is no update"),
        (_set(1, action="create"), "b.txt is no create"),
        (_set(1, before=TWO, after=TWO), "no change leads"),
        (_set(0, after=None), "no change leads"),
        (_set(1, after=None), "needs a source"),
        (_set(2, source={"side": "local", "path": "a.png", "stamp": {"kind": "file"}}), "“styles"),
        (_set(0, source=None), "needs a source"),
        (_set(0, side="local"), "a.png is no create of the s3 side"),
        (lambda d: d["styles"][0].update(to="local"), "is no create of the local side"),
        (_set(1, path="a.png", before=None, action="create"), "“a.png” is there twice"),
        (_set(0, after={**ONE, "md5": "Z" * 32}), "hexadecimal"),
        (_set(0, after={**ONE, "md5": "0"}), "32"),
        (_set(0, after={**ONE, "size": -1}), ">= 0"),
        (_set(0, after={**ONE, "size": "1"}), "`int`"),
        (_set(0, reason="because"), "because"),
        (_set(0, precondition={"kind": "hope"}), "hope"),
        (_set(0, precondition=None), "precondition"),
        (_set(0, destroy=True), "`destroy`"),
        (_set(0, unguarded=False), "a.png is not as guarded"),
        (lambda d: row(d).pop("before"), "`before`"),
        (lambda d: d["styles"][0].pop("basis"), "`basis`"),
        (lambda d: d["styles"][0]["basis"].update(verb="destroy"), "destroy"),
        (lambda d: d["styles"][0]["basis"]["options"].update(delete="yes"), "`bool`"),
        (lambda d: d["styles"].append(d["styles"][0]), "“16” is there twice"),
        (lambda d: d.update(styles={}), "styles"),
        (lambda d: d.update(extra=1), "`extra`"),
        (lambda d: d.update(version=2), "version 2"),
        (lambda d: d.update(version=0), "version 0"),
        (lambda d: d.update(version="1"), "not a saved plan"),
        (lambda d: d.update(version=2, styles="in another shape"), "make the plan again"),
        (lambda d: d.update(format="manifest-sync/apply"), "“manifest-sync/apply” document"),
        (lambda d: d.update(format="\x1b[2J"), "\\x1b[2J"),
        (lambda d: d.pop("format"), "not a saved plan"),
        (lambda d: d.update({"\x1b[2J": 1}), "\\x1b[2J"),
    ],
)
def test_a_tampered_plan_is_refused_in_one_sentence(
    change: Callable[[Document], object], told: str
) -> None:
    assert told in tampered(change)


RICH = plan(
    survey("a.png=1 b.txt=2 dir/d.png=5", "b.txt=3 c.png=4 e.png=5 f.png=6", "",
           "b.txt=3 c.png=4 f.png=7", published="f.png=8", problems=[problem("dir")]),
    options=Options(delete=True, take={"b.txt": Side.LOCAL}, max_delete="9"),
)  # fmt: skip
RICH = msgspec.structs.replace(
    RICH, refusals=(Refusal("code", "why", "--flag"),), notices=(problem("g.png"),)
)


def _objects(value: object) -> Iterator[Document]:
    """Every object of a document, but for the one whose keys are paths."""
    if isinstance(value, dict):
        if value and set(value) <= {"b.txt"}:
            return
        yield value
    held = value if isinstance(value, list) else ()
    for below in value.values() if isinstance(value, dict) else held:
        yield from _objects(below)


def test_a_key_that_this_version_does_not_know_is_refused_wherever_it_is() -> None:
    document = json.loads(render_plan([RICH])) | {
        "errors": [{"style": "17", "code": "refused", "message": "Not found."}]
    }
    kinds = set[tuple[str, ...]]()
    for each in _objects(document):
        kinds.add(tuple(each))
        each["newer"] = True
        told = refusal(json.dumps(document).encode())
        assert "unknown field `newer`" in told
        assert told.endswith(
            "A newer manifest-sync may have made it: make the plan again with this one."
        )
        del each["newer"]
    assert len(kinds) == 15, "every kind of object that a plan has was tried"


@pytest.mark.parametrize(
    "data",
    [b"", b"null", b"[]", b"3", b'"x"', b"{}", b"PK\x03\x04", b"\xff\xfe{", b"{" * 9,
     b"[" * 100_000, b'{"format": ' + b"[" * 100_000, b'{"x": ' + b"[" * 100_000, b"style: 16\n"],
)  # fmt: skip
def test_garbage_is_refused_in_one_sentence(data: bytes) -> None:
    refusal(data)


def test_a_truncated_plan_is_refused_wherever_it_ends() -> None:
    text = render_plan([BASE]).rstrip()
    for end in range(0, len(text), 97):
        refusal(text[:end])


@quick
@given(plans(), st.data())
def test_a_damaged_plan_is_the_same_plan_or_a_valid_one_or_refused(
    made: StylePlan, data: st.DataObject
) -> None:
    text = render_plan([made])
    at = data.draw(st.integers(0, len(text) - 1))
    damaged = (
        text[:at] + data.draw(st.binary(max_size=4)) + text[at + data.draw(st.integers(0, 4)) :]
    )
    assume(damaged != text)
    try:
        parsed = parse_plan(damaged, "p.json")
    except InvalidInput:
        refusal(damaged)
    else:
        for style in parsed:
            assert all(change.side is style.to for change in style.changes)
        assert parse_plan(render_plan(parsed), "p.json") == parsed
