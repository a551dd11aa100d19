"""Examining what buckets can do, and what one may do there: those of styles, or any."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from manifest_sync.core.abilities import Abilities
from manifest_sync.core.diagnosis import Diagnosis, Place
from manifest_sync.core.errors import StoreError, Unreachable
from manifest_sync.core.events import ignore_events
from manifest_sync.core.remote import Remote
from manifest_sync.core.sentences import sentence
from manifest_sync.stores.s3_permissions import ask_permissions, first_answer, identify
from manifest_sync.stores.s3_probe import probe
from manifest_sync.workspace.configuration import load_configuration
from manifest_sync.workspace.probing import find_out
from manifest_sync.workspace.resources import Resources
from manifest_sync.workspace.styles import Style, find_root

_Places = Sequence[tuple[str | None, Remote]]
"""Prefixes of one bucket, with the ids of their styles."""
_ADVICE = (
    " Is that the right endpoint (`endpoint_url` in manifest-sync.toml, or AWS_ENDPOINT_URL_S3), "
    "and is there a network?"
)


def examine(resources: Resources, styles: Iterable[Style]) -> list[Diagnosis]:
    """One diagnosis for each bucket, by name. What is enforced there is tried out anew."""
    places = [(style.id, style.remote) for style in styles]

    def enforced(bucket: str) -> Abilities:
        return find_out(resources, bucket)

    return _examine_all(resources, places, enforced)


def examine_remotes(
    start: Path,
    remotes: Iterable[Remote],
    *,
    environ: Mapping[str, str],
    flags: Mapping[str, str | int | None],
) -> list[Diagnosis]:
    """The same where there is no style yet, nor a workspace. Nothing is remembered."""
    root = find_root(start) or start
    config = load_configuration(root, environ, flags)
    resources = Resources(root, config, "auto", ignore_events)

    def enforced(bucket: str) -> Abilities:
        return probe(resources.connection(bucket), lambda _kind, _count: None)

    return _examine_all(resources, [(None, remote) for remote in remotes], enforced)


def _examine_all(
    resources: Resources, places: _Places, enforced: Callable[[str], Abilities]
) -> list[Diagnosis]:
    buckets = sorted({remote.bucket for _, remote in places})
    return [
        _examine(resources, bucket, [each for each in places if each[1].bucket == bucket], enforced)
        for bucket in buckets
    ]


def _examine(
    resources: Resources, bucket: str, places: _Places, enforced: Callable[[str], Abilities]
) -> Diagnosis:
    connection = resources.connection(bucket)
    diagnosis = Diagnosis(bucket, resources.config.trash_prefix, reached=False)
    try:
        me = identify(connection)
        diagnosis = msgspec.structs.replace(diagnosis, identity=me)
        ahead, useless = first_answer(connection, places[0][1].prefix)
        me = msgspec.structs.replace(me, clock_ahead=ahead)
        diagnosis = msgspec.structs.replace(diagnosis, identity=me)
        if useless is not None:
            raise useless
        permitted = tuple(
            Place(style, remote.prefix, ask_permissions(connection, remote.prefix))
            for style, remote in places
        )
        diagnosis = msgspec.structs.replace(diagnosis, places=permitted, reached=True)
        return msgspec.structs.replace(diagnosis, abilities=enforced(bucket))
    except StoreError as error:
        advice = _ADVICE if isinstance(error, Unreachable) else ""
        return msgspec.structs.replace(diagnosis, trouble=f"{sentence(error)}{advice}")
