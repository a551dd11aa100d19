"""What `doctor` makes of facts that no server of the tests shows."""

import msgspec
import pytest

from manifest_sync.core.abilities import Abilities, Guard, Spelling, Versioning
from manifest_sync.core.diagnosis import Diagnosis, Identity, Level, findings, is_usable

ME = Identity("https://s3.example", "eu-west-1", "env", None, 0)
GUARD = Guard(create=True, update=Spelling.QUOTED)
ALL = Abilities(
    put=GUARD,
    copy=GUARD,
    parts=GUARD,
    delete=Spelling.QUOTED,
    batch_delete=True,
    content_md5=True,
    etag_is_md5=True,
    checksums=("CRC32",),
    versioning=Versioning.ENABLED,
)


def levels(abilities: Abilities = ALL, identity: Identity = ME) -> dict[str, Level]:
    found = findings(Diagnosis("b", "trash/", identity, (), abilities))
    assert is_usable(found)
    return {finding.code: finding.level for finding in found}


def test_where_everything_is_enforced_there_is_no_warning() -> None:
    assert set(levels().values()) == {Level.OK}
    assert "unguarded" not in levels()


@pytest.mark.parametrize(
    ("ahead", "level"),
    [(60, Level.OK), (-60, Level.OK), (61, Level.WARNING), (-61, Level.WARNING),
     (None, Level.WARNING)],
)  # fmt: skip
def test_a_clock_that_is_wrong(ahead: int | None, level: Level) -> None:
    assert levels(identity=msgspec.structs.replace(ME, clock_ahead=ahead))["clock"] is level


@pytest.mark.parametrize("put", [Guard(create=True), Guard(update=Spelling.BARE)])
def test_a_lease_serves_where_either_condition_is_missing(put: Guard) -> None:
    found = levels(msgspec.structs.replace(ALL, put=put))
    assert found["lease"] is Level.WARNING
    assert found["guarded"] is Level.OK
