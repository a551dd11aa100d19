"""Which paths of a style one run is about. Everything outside stays as it was."""

import msgspec

from manifest_sync.core.scope import Role, Scope


class Selection(msgspec.Struct, frozen=True):
    """All of a style, one kind of file, or named paths."""

    only: Role | None = None
    """`--only images|captions`; files that are neither are outside of both."""
    paths: frozenset[str] | None = None
    """Named paths, captions of named images already among them."""

    def picks(self, scope: Scope, path: str) -> bool:
        """Whether the run is about this path."""
        if self.paths is not None and path not in self.paths:
            return False
        return self.only is None or scope.role(path) is self.only

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return self.only is None and self.paths is None


EVERYTHING = Selection()
