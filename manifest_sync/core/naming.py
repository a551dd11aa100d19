"""Which files of a style are meant by names that came from elsewhere."""

from collections.abc import Collection, Iterable

import msgspec

from manifest_sync.core.captions import stem
from manifest_sync.core.scope import Role, Scope


class Meant(msgspec.Struct, frozen=True):
    """What names came to."""

    paths: frozenset[str]
    """The files that there are, and the captions of the images among them."""
    unknown: tuple[str, ...]
    """The names that no file has; sorted, each once."""


def meant_files(scope: Scope, names: Iterable[str], present: Collection[str]) -> Meant:
    """The files of these names among those that are `present`; nothing is asked about others."""
    named = frozenset(names)
    known = {name for name in named if name in present}
    stems = {stem(path) for path in known if scope.role(path) is Role.IMAGE}
    captions = {
        path for path in present if scope.role(path) is Role.CAPTION and stem(path) in stems
    }
    return Meant(frozenset(known | captions), tuple(sorted(named - known)))
