"""What is hardly ever meant is refused with nothing done, and the flag that is named allows it."""

import re
from collections.abc import Callable

import pytest

from tests.e2e.places import BOTH_SERVERS_SLOWLY, FILES, PREFIX, Place

pytestmark = BOTH_SERVERS_SLOWLY

MANY = {f"{number:02}.png": f"image {number:02}".encode() for number in range(16)}


def emptied_here(place: Place) -> list[str]:
    place.begin_pushed()
    for path in FILES:
        (place.style / path).unlink()
    return ["push", "--delete"]


def emptied_there(place: Place) -> list[str]:
    place.begin_pushed()
    for path in FILES:
        place.bucket.delete(PREFIX + path)
    return ["pull", "--delete"]


def most_deleted_here(place: Place) -> list[str]:
    place.begin_pushed(MANY)
    for path in list(MANY)[:11]:
        (place.style / path).unlink()
    return ["push", "--delete"]


def most_deleted_there(place: Place) -> list[str]:
    place.begin_pushed(MANY)
    for path in list(MANY)[:11]:
        place.bucket.delete(PREFIX + path)
    return ["pull", "--delete"]


def strangers(place: Place) -> list[str]:
    place.begin()
    place.bucket.put(PREFIX + "theirs.png", b"of another style")
    return ["push", "--delete"]


def rewritten(place: Place) -> list[str]:
    place.begin_pushed()
    place.write({path: b"\0" * len(data) for path, data in FILES.items()})
    return ["push"]


@pytest.mark.parametrize(
    ("happens", "flag"),
    [
        (emptied_here, "--allow-empty 16"),
        (emptied_there, "--allow-empty 16"),
        (most_deleted_here, "--max-delete 11"),
        (most_deleted_there, "--max-delete 11"),
        (strangers, "--allow-unrelated 16"),
        (rewritten, "--allow-rewrite 16"),
    ],
)
def test_it_is_refused_until_the_flag_is_given_that_it_names(
    place: Place, happens: Callable[[Place], list[str]], flag: str
) -> None:
    command = [*happens(place), "--yes"]
    before = place.files(), place.objects(), place.manifest()
    ran = place.quickly(*command, status=5)
    named = re.search(r"If that is meant, add: (--\S+ \S+)\.$", ran.err, re.MULTILINE)
    assert named is not None, ran.err
    assert named[1] == flag
    assert (place.files(), place.objects(), place.manifest()) == before
    [row] = place.quickly(*command, "--dry-run", "--json").document()["styles"]
    assert [refusal["flag"] for refusal in row["refusals"]] == [flag]
    place.quickly(*command, *flag.split())
    assert place.files() == place.objects()
    place.quickly(*command)


def test_a_folder_without_its_manifest_is_refused_until_it_has_one_again(place: Place) -> None:
    place.begin_pushed()
    manifest = place.manifest()
    (place.style / "manifest.json").unlink()
    before = place.files(), place.objects()
    for command in ("push", "pull", "status", "record"):
        ran = place.quickly(command, *["--yes"] * (command in {"push", "pull"}), status=5)
        assert "manifest-sync init styles/16 --remote" in ran.err
    assert (place.files(), place.objects()) == before
    place.quickly("init", "styles/16", "--remote", place.bucket.remote())
    assert place.quick_row("push", "--yes")["unchanged"] == len(FILES)
    assert place.manifest() == manifest
