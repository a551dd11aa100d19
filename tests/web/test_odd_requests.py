"""The page's own requests with odd values: each is answered, and none with a 500."""

from pathlib import Path
from urllib.parse import quote

import pytest

from tests.web.test_runs import agreement, plan
from tests.web.visitor import Visitor

ODD = (
    b"",
    b"\0",
    b"\xff",
    b"\xed\xa0\x80",
    b"../../etc/passwd",
    b"/etc/passwd",
    b"-1",
    b"9" * 40,
    b"@1.1",
    b"x" * 5000,
    b"{}[]'\"<>&;=%",
    "\N{RIGHT-TO-LEFT OVERRIDE}\N{SNOWMAN}".encode(),
)
QUERIES = (
    "/style?style={}",
    "/fragments/summary?style={}",
    "/fragments/cards?look=1&style={}",
    "/fragments/cards?style=16&badge={0}&name={0}&caption={0}&order={0}",
    "/fragments/cards?style=16&begin={0}&uncaptioned={0}",
    "/fragments/caption?style=16&path={}",
    "/fragments/caption?path=a.jpg&style={}",
    "/fragments/rows?kind=created&begin=0&agreement={}",
    "/fragments/rows?agreement=x&kind={0}&begin={0}",
    "/fragments/deletions?after={}",
    "/fragments/applies?after={}",
    "/thumbnails/{}?style=16",
    "/previews/{}?style=16",
    "/kept/{}",
    "/static/{}",
    "/{}",
)
FORMS = (
    ("/fragments/plan", "style=16&command={0}"),
    ("/fragments/plan", "style={0}&command=push"),
    ("/fragments/plan", "style=16&command=push&permit={0}&deletes={0}&take%3A{0}=local"),
    ("/fragments/plan", "style=16&command=remove&image={0}&image={0}"),
    ("/fragments/restore", "what={0}&overwrite={0}"),
    ("/runs", "agreement={0}"),
    ("/runs/stop", "job={0}"),
    ("/runs", "{0}"),
)


@pytest.mark.parametrize("query", QUERIES)
def test_an_odd_value_in_an_address_is_no_500(lasting: Visitor, query: str) -> None:
    for value in ODD:
        answer = lasting.ask("GET", query.format(quote(value, safe="")))
        assert answer.status < 500, (value, answer.body)


@pytest.mark.parametrize(("path", "form"), FORMS)
def test_an_odd_value_in_a_form_is_no_500(lasting: Visitor, path: str, form: str) -> None:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    for value in ODD:
        answer = lasting.ask("POST", path, form.format(quote(value, safe="")).encode(), kind)
        assert answer.status < 500, (value, answer.body)


def test_what_was_odd_leaves_a_plan_that_is_shown_as_it_was(visitor: Visitor, style: Path) -> None:
    shown = plan(visitor, "push")
    visitor.form("/runs", ("agreement", "x"), ("style", "17"))
    assert visitor.form("/runs", agreement(shown), ("style", "17")).status == 200
    assert style.is_dir()
