"""What an endpoint enforces, found out before the first write to a bucket and remembered a week."""

from datetime import datetime, timedelta

import msgspec

from manifest_sync.core.abilities import Abilities, Unguarded
from manifest_sync.core.content import Side
from manifest_sync.core.errors import StoreError
from manifest_sync.state import memories
from manifest_sync.state.facts import recall, remember
from manifest_sync.stores.s3_probe import probe
from manifest_sync.workspace.learnt import abilities_of
from manifest_sync.workspace.resources import Resources

_FRESH = timedelta(days=7)
"""For so long a server is taken to be the one it was."""


class _Probed(msgspec.Struct, frozen=True):
    """An entry of `facts`."""

    when: str
    """RFC 3339, UTC."""
    abilities: Abilities


def known_abilities(resources: Resources, bucket: str) -> Abilities | None:
    """What was found out about a bucket; None where that is nothing, or too long ago."""
    probed = recall(resources.state, abilities_of(resources.connection(bucket)), _Probed)
    if probed is None:
        return None
    age = datetime.fromisoformat(resources.when()) - datetime.fromisoformat(probed.when)
    return probed.abilities if timedelta() <= age <= _FRESH else None


def unguarded(resources: Resources, bucket: str, to: Side) -> tuple[Unguarded, ...] | None:
    """What a plan says of its changes: which of them no condition guards. The folder needs none."""
    if to is Side.LOCAL:
        return ()
    known = known_abilities(resources, bucket)
    return known.unguarded if known is not None else None


def prepare_to_write(resources: Resources, bucket: str) -> None:
    """Let the writes to a bucket carry the conditions that are enforced there.

    What is remembered is believed while the bucket says the same of its versions: Ceph RGW minds
    no condition where it keeps them. Where nothing can be found out, nothing is taken for
    enforced, and whether the bucket can be written to at all will show by itself. What an answer
    contradicts is forgotten at the end of the run (`S3Connection.contradicted`).

    None of this counts among a run's requests, which tell what it costs to sync.
    """
    connection = resources.connection(bucket)
    connection.holder = resources.holder
    if connection.abilities != Abilities():
        return
    try:
        known = known_abilities(resources, bucket)
        if known is None or known.versioning is not connection.ask_versioning():
            # Alone in the workspace, and so under its own name: a killed run's leavings go, too.
            known = find_out(resources, bucket, memories.lineage(resources.state), briefly=True)
    except StoreError:
        return
    connection.abilities = known
    connection.hear_of_etags(are_md5=known.etag_is_md5)


def find_out(
    resources: Resources, bucket: str, name: str | None = None, *, briefly: bool = False
) -> Abilities:
    """Ask now, and remember. Raises StoreError where the trash prefix cannot be written to.

    The name is `scratch`'s; without one it may be asked at any time. `briefly` is `probe`'s.
    """
    connection = resources.connection(bucket)
    abilities = probe(connection, lambda _kind, _count: None, name, briefly=briefly)
    remember(resources.state, abilities_of(connection), _Probed(resources.when(), abilities))
    return abilities
