"""Why a path is in a style's scope or out of it: the rule that decides, for `explain`.

`Scope` decides, a hundred thousand times in a run; this says why, once. A test holds them together.
"""

from collections.abc import Sequence
from enum import StrEnum

import msgspec
from pathspec import GitIgnoreSpec

from manifest_sync.core.listing import self_and_parents
from manifest_sync.core.manifest import MANIFEST_NAME
from manifest_sync.core.scope import Role, Scope, is_derived, is_hidden


class Why(StrEnum):
    """What decides whether a path belongs to the style; those before `ignored` are out of scope."""

    MANIFEST = "manifest"
    """It is a manifest: it describes files and is none."""
    HIDDEN = "hidden"
    """It, or a folder above it, is hidden."""
    NESTED = "nested"
    """A folder above it has its own manifest: another style."""
    DERIVED = "derived"
    """Trainers and other sync tools write files of this name; `include` brings them in."""
    OTHER_SUFFIX = "other_suffix"
    """Neither an image nor a caption by its suffix; `include` brings it in."""
    IGNORED = "ignored"
    """A pattern of the header's `ignore` names it."""
    SUFFIX = "suffix"
    """In scope: an image or a caption by its suffix."""
    INCLUDED = "included"
    """In scope: a pattern of the header's `include` names it."""


class ScopeRule(msgspec.Struct, frozen=True):
    """The rule that decided about one path."""

    in_scope: bool
    why: Why
    role: Role
    pattern: str | None = None
    """The header's pattern, where one decided; the last that names the path."""
    style: str | None = None
    """The folder of the other style, where that decided."""


def scope_rule(scope: Scope, path: str) -> ScopeRule:
    """The rule that decides about a path."""
    role = scope.role(path)
    include = _last_match(scope.header.include, path)
    by_suffix = role is not Role.OTHER and not is_derived(path)
    if path.rpartition("/")[2] == MANIFEST_NAME:
        return ScopeRule(False, Why.MANIFEST, role)
    if is_hidden(path):
        return ScopeRule(False, Why.HIDDEN, role)
    other = next((place for place in self_and_parents(path) if place in scope.nested), None)
    if other is not None:
        return ScopeRule(False, Why.NESTED, role, style=other)
    if not by_suffix and include is None:
        return ScopeRule(False, Why.DERIVED if is_derived(path) else Why.OTHER_SUFFIX, role)
    ignore = _last_match(scope.header.ignore, path)
    if ignore is not None:
        return ScopeRule(False, Why.IGNORED, role, ignore)
    if by_suffix:
        return ScopeRule(True, Why.SUFFIX, role)
    return ScopeRule(True, Why.INCLUDED, role, include)


def _last_match(patterns: Sequence[str], path: str) -> str | None:
    """The pattern that names the path; None where none does, or a later one takes it back."""
    spec = GitIgnoreSpec.from_lines(patterns)
    found = spec.check_file(path)
    if not found.include or found.index is None:
        return None
    # Empty lines are no patterns and are not counted.
    return [pattern for pattern in patterns if pattern][found.index]
