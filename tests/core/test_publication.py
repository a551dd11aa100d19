"""What is noted beside a published manifest, and what is believed of such notes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifest_sync.core.publication import Publication, moment, notes_of, publication_of

WHEN = "2026-11-20T14:03:11.250Z"
WRITTEN_NS, WRITTEN = 1_700_000_000_000_000_000, "2023-11-14T22:13:20.000Z"
names = st.none() | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=64)


@given(user=names, host=names)
def test_whoever_publishes_is_told_as_they_are(user: str | None, host: str | None) -> None:
    noted = notes_of(Publication(WHEN, user, host, "1.2.3+é"))
    assert publication_of(noted, WRITTEN_NS) == Publication(WHEN, user, host, "1.2.3+é")


@given(user=st.text(), host=st.text())
def test_notes_fit_into_headers_whatever_the_names(user: str, host: str) -> None:
    noted = notes_of(Publication(WHEN, user, host, "1.2.3"))
    said = "".join((*noted, *noted.values()))
    assert said.isascii()
    assert said.isprintable()
    assert len(said) < 1900


def test_what_is_noted() -> None:
    assert notes_of(Publication(WHEN, "anna@home", "ws3", "1.2.3")) == {
        "published-by": "anna%40home@ws3",
        "published-at": WHEN,
        "published-with": "1.2.3",
    }


def test_without_notes_only_the_time_of_writing_is_known() -> None:
    assert publication_of({}, WRITTEN_NS) == Publication(WRITTEN)


@pytest.mark.parametrize("text", [
    "", "yesterday", "2026-13-01T00:00:00Z", "2026-11-20T14:03:11", "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-12:00", "1" * 5000,
])  # fmt: skip
def test_a_time_that_is_none_is_not_believed(text: str) -> None:
    assert moment(text) is None
    assert publication_of({"published-at": text}, WRITTEN_NS).when == WRITTEN


def test_times_are_told_in_one_form() -> None:
    noted = {"published-at": "2026-11-20T15:03:11.2504+01:00"}
    assert publication_of(noted, WRITTEN_NS).when == WHEN


def test_names_that_somebody_else_noted_are_cut_and_nothing_fails() -> None:
    found = publication_of({"published-by": "x" * 5000 + "@%ff%00%zz@"}, WRITTEN_NS)
    assert found.user == "x" * 64
    assert found.host == "\ufffd\0%zz@"
