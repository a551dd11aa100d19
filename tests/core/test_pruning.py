"""Which kept bytes are old enough to go."""

from datetime import timedelta

import pytest

from manifest_sync.core.pruning import expired, parse_age, shelf_of


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("12h", timedelta(hours=12)),
        (" 30d", timedelta(30)),
        ("2w", timedelta(14)),
        ("0d", timedelta()),
    ],
)
def test_an_age(text: str, age: timedelta) -> None:
    assert parse_age(text) == age


@pytest.mark.parametrize("text", ["", "30", "d", "-1d", "1.5d", "30m", "9999999d", "30d 2h"])
def test_what_is_no_age(text: str) -> None:
    with pytest.raises(ValueError, match="like 12h, 30d or 2w"):
        parse_age(text)


@pytest.mark.parametrize(("place", "shelf"), [
    ("trash/0a1b2c3d-7/sub/a.png", 7),
    ("trash/0a1b2c3d-7/~2/a.png", 7),
    ("s3://b/.manifest-sync-trash/0a1b2c3d-12/styles/16/a.png", 12),
    ("s3://b/.manifest-sync-trash/ffffffff-12/styles/16/a.png", None),
    ("s3://b/styles/16/a.png?versionId=x", None),
    ("trash/0a1b2c3d-7", None),
    ("trash/x0a1b2c3d-7/a.png", None),
    ("trash/0a1b2c3d-7x/a.png", None),
])  # fmt: skip
def test_the_run_that_has_kept_it(place: str, shelf: int | None) -> None:
    assert shelf_of(place, "0a1b2c3d") == shelf


def test_only_what_known_runs_have_kept_before_is_old_enough() -> None:
    began = {1: "2026-01-01T00:00:00.000Z", 2: "2026-02-01T00:00:00.000Z"}
    places = [f"trash/0a1b2c3d-{run}/a.png" for run in (1, 2, 3)]
    places.append("trash/ffffffff-1/a.png")

    def older_than(before: str) -> list[str]:
        return expired(places, str, "0a1b2c3d", began, before)

    assert older_than("2026-01-01T00:00:00.000Z") == []
    assert older_than("2026-01-15T00:00:00.000Z") == places[:1]
    assert older_than("2027-01-01T00:00:00.000Z") == places[:2]
