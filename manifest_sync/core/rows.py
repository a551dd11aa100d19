"""Dividing a store's rows by scope: what belongs to the style, what is ignored, what is wrong."""

from collections.abc import Callable, Iterable

import msgspec

from manifest_sync.core.listing import Found, Problem
from manifest_sync.core.scope import Role, Scope


class Rows(msgspec.Struct, frozen=True):
    """One store's rows, divided."""

    found: tuple[Found, ...]
    """In scope."""
    ignored: tuple[str, ...]
    """In scope but for the header's `ignore`."""
    problems: tuple[Problem, ...]
    notices: tuple[Problem, ...]


def divide(rows: Iterable[Found | Problem], scope: Scope, listed: Callable[[str], bool]) -> Rows:
    """Divide rows, in their order.

    `listed` tells whether the manifest has a line at or below a path: a link in such a line's
    way is a problem, any other a notice. A name that cannot be used is a problem only where it
    looks like a file of the style.
    """
    found: list[Found] = []
    ignored: list[str] = []
    problems: list[Problem] = []
    notices: list[Problem] = []
    for row in rows:
        if isinstance(row, Found):
            if scope.wants(row.path):
                if scope.ignores(row.path):
                    ignored.append(row.path)
                else:
                    found.append(row)
        elif row.code == "link" and not listed(row.path):
            notices.append(msgspec.structs.replace(row, hides_content=False))
        elif row.code != "unsafe_key" or scope.role(row.path) is not Role.OTHER:
            problems.append(row)
    return Rows(tuple(found), tuple(ignored), tuple(sorted(problems)), tuple(sorted(notices)))
