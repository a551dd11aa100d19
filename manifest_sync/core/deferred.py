"""A mapping that is made when somebody first looks into it, and not before."""

from collections.abc import Callable, ItemsView, Iterator, KeysView, Mapping, ValuesView
from typing import TypeVar, overload

_V = TypeVar("_V")
_D = TypeVar("_D")


class Deferred(Mapping[str, _V]):
    """What `make` returns, once it is needed. For one thread at a time."""

    def __init__(
        self,
        make: Callable[[], Mapping[str, _V]],
        one: Callable[[str], _V | None] = lambda _: None,
        few: int = 0,
    ) -> None:
        """Nothing is made yet. Of the paths that are asked for, `one` tells the first `few`."""
        self._make = make
        self._made: Mapping[str, _V] | None = None
        self._one = one
        self._few = few

    @property
    def _all(self) -> Mapping[str, _V]:
        if self._made is None:
            self._made = self._make()
        return self._made

    def __getitem__(self, path: str) -> _V:
        """The value at a path."""
        return self._all[path]

    def __iter__(self) -> Iterator[str]:
        """The paths, in the order of what was made."""
        return iter(self._all)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._all)

    def __contains__(self, path: object) -> bool:
        """Whether there is one."""
        return path in self._all

    @overload
    def get(self, path: str, /) -> _V | None: ...
    @overload
    def get(self, path: str, default: _V | _D, /) -> _V | _D: ...
    def get(self, path: str, default: _D | None = None, /) -> _V | _D | None:
        """As a dict's: what the base class inherits would be called for each of 100,000 paths."""
        made = self._made
        if made is None:
            if self._few:
                self._few -= 1
                found = self._one(path)
                return default if found is None else found
            made = self._all
        return made.get(path, default)

    def __eq__(self, other: object) -> bool:
        """As a dict's, and at once where it is compared with itself."""
        return other is self or self._all == other

    __hash__ = None  # type: ignore[assignment]  # as of a dict

    def keys(self) -> KeysView[str]:
        """As a dict's."""
        return self._all.keys()

    def values(self) -> ValuesView[_V]:
        """As a dict's."""
        return self._all.values()

    def items(self) -> ItemsView[str, _V]:
        """As a dict's."""
        return self._all.items()
