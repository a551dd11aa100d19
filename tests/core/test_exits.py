"""Which exit status stands for several."""

import itertools

import pytest

from manifest_sync.core.errors import ManifestSyncError
from manifest_sync.core.exits import Exit, worst

ORDER = [130, 64, 1, 11, 5, 4, 6, 3, 2, 0]


def test_the_numbers_are_part_of_the_interface() -> None:
    assert {each.name: int(each) for each in Exit} == {
        "DONE": 0, "ERROR": 1, "CHANGES": 2, "INCOMPLETE": 3, "STALE": 4, "REFUSED": 5,
        "CONFLICTS": 6, "LOCKED": 11, "USAGE": 64, "INTERRUPTED": 130,
    }  # fmt: skip


def test_every_status_has_its_place() -> None:
    assert sorted(ORDER) == sorted(int(each) for each in Exit)


@pytest.mark.parametrize(("graver", "lesser"), list(itertools.combinations(ORDER, 2)))
def test_the_graver_status_wins(graver: int, lesser: int) -> None:
    assert worst([Exit(lesser), Exit(graver)]) == graver
    assert worst([Exit(graver), Exit(lesser), Exit(lesser)]) == graver


def test_nothing_at_all_is_done() -> None:
    assert worst([]) is Exit.DONE
    assert worst(iter([Exit.DONE])) is Exit.DONE


def test_every_error_has_a_code_of_its_own_and_an_exit_status() -> None:
    found = {ManifestSyncError}
    while more := {sub for each in found for sub in each.__subclasses__()} - found:
        found |= more
    codes = [each.code for each in found if each.__module__.startswith("manifest_sync.core")]
    assert len(codes) == len(set(codes)) > 10
    assert all(isinstance(each.exit_status, Exit) for each in found)
    assert Exit.DONE not in {each.exit_status for each in found}
