"""What changed between two states of a manifest, as a person would say it."""

from collections.abc import Iterable, Sequence

import msgspec

from manifest_sync.core.captions import stem
from manifest_sync.core.manifest import Header, Manifest
from manifest_sync.core.scope import Role, Scope

_NOUNS = {Role.IMAGE: "image", Role.CAPTION: "caption", Role.OTHER: "other file"}


class ManifestDiff(msgspec.Struct, frozen=True):
    """Paths by what became of them; each sorted."""

    added: tuple[str, ...]
    edited: tuple[str, ...]
    removed: tuple[str, ...]
    keys: tuple[str, ...]
    """Of the header: what else changed than files."""
    summary: str
    """`+3 images, 2 captions edited, −1 pair`."""


def diff_manifests(old: Manifest | None, new: Manifest | None) -> ManifestDiff:
    """What leads from one to the other; None is a manifest that is not there."""
    before, after = (manifest.lines if manifest is not None else {} for manifest in (old, new))
    added = tuple(sorted(after.keys() - before.keys()))
    removed = tuple(sorted(before.keys() - after.keys()))
    edited = tuple(sorted(p for p in before.keys() & after.keys() if before[p] != after[p]))
    keys = _changed_keys(old, new)
    scopes = [
        Scope(manifest.header if manifest is not None else Header()) for manifest in (old, new)
    ]
    parts = [
        *(f"+{said}" for said in _counted(scopes[1], added, pairs=True)),
        *(f"{said} edited" for said in _counted(scopes[1], edited, pairs=False)),
        *(f"−{said}" for said in _counted(scopes[0], removed, pairs=True)),
        *(f"{key} changed" for key in keys),
    ]
    return ManifestDiff(added, edited, removed, keys, ", ".join(parts) or "no change")


def _counted(scope: Scope, paths: Sequence[str], *, pairs: bool) -> Iterable[str]:
    """`1 pair`, `3 images`: a pair is an image and a caption that come or go together."""
    stems: dict[Role, list[str]] = {role: [] for role in Role}
    for path in paths:
        stems[scope.role(path)].append(stem(path))
    both = set(stems[Role.IMAGE]) & set(stems[Role.CAPTION]) if pairs else set()
    if both:
        yield _many(len(both), "pair")
    for role, noun in _NOUNS.items():
        alone = len(stems[role]) - len(both) * (role is not Role.OTHER)
        if alone:
            yield _many(alone, noun)


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"


def _changed_keys(old: Manifest | None, new: Manifest | None) -> tuple[str, ...]:
    """The names of the header's keys that differ, where both are there."""
    if old is None or new is None:
        return ()
    fields = Header.__struct_fields__
    changed = [key for key in fields if getattr(old.header, key) != getattr(new.header, key)]
    changed += [key for key in ("style", "remote") if getattr(old, key) != getattr(new, key)]
    return tuple(changed)
