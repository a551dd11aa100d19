from collections import Counter

from manifest_sync.core.deferred import Deferred

ALL = {"a": 1, "b": 2, "c": 3}


class Source:
    """Counts how often it is asked, for all and for one."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()

    def all(self) -> dict[str, int]:
        self.asked["all"] += 1
        return dict(ALL)

    def one(self, path: str) -> int | None:
        self.asked["one"] += 1
        return ALL.get(path)


def test_nothing_is_made_before_it_is_looked_at_and_then_once() -> None:
    source = Source()
    deferred = Deferred(source.all)
    assert not source.asked
    assert [deferred.get(path) for path in "abx"] == [1, 2, None]
    assert deferred == ALL
    assert (len(deferred), "c" in deferred) == (3, True)
    assert source.asked == {"all": 1}


def test_a_few_are_asked_for_one_by_one_and_then_all_at_once() -> None:
    source = Source()
    deferred = Deferred(source.all, source.one, few=2)
    assert [deferred.get("a"), deferred.get("x", 7)] == [1, 7]
    assert source.asked == {"one": 2}
    assert [deferred.get("b"), deferred.get("x", 7)] == [2, 7]
    assert source.asked == {"one": 2, "all": 1}


def test_none_is_asked_for_alone_once_all_is_there() -> None:
    source = Source()
    deferred = Deferred(source.all, source.one, few=2)
    assert sorted(deferred) == ["a", "b", "c"]
    assert deferred.get("c") == 3
    assert source.asked == {"all": 1}
