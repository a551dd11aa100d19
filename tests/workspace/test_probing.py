"""What an endpoint enforces is found out before the first write, remembered, and found out anew."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import manifest_sync.workspace.workspace  # noqa: F401 - so that no command imports what is patched
from manifest_sync.core.abilities import Abilities
from manifest_sync.core.errors import Denied
from manifest_sync.stores.s3_probe import CHECKSUMS, probe
from manifest_sync.workspace import probing
from manifest_sync.workspace.resources import Resources
from tests.buckets import Bucket
from tests.commands import here
from tests.rewriting_s3 import Headers, Rewriter, rewriting
from tests.servers import S3Server
from tests.stores.scripted_s3 import Reply, refusal


def unguarded(root: Path, to: str = "s3") -> list[str] | None:
    """What a plan says of it."""
    found: list[str] | None = _plan(root, to)["basis"]["unguarded"]
    return found


def _plan(root: Path, to: str) -> dict[str, Any]:
    styles: list[dict[str, Any]] = here(root, "plan", "16", "--to", to, "--json").document()[
        "styles"
    ]
    return styles[0]


@pytest.fixture
def probes(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """One entry for every probe that is made from now on."""
    made: list[None] = []
    real = probing.find_out

    def counted(resources: Resources, bucket: str, name: str, *, briefly: bool) -> Abilities:
        made.append(None)
        return real(resources, bucket, name, briefly=briefly)

    monkeypatch.setattr(probing, "find_out", counted)
    return made


@pytest.fixture
def proxy(moto: S3Server, bucket: Bucket) -> Iterator[Rewriter]:
    """Before moto, in whose stead it may answer. Every probe is a real one."""
    assert bucket.name  # made past the proxy
    with rewriting(moto.endpoint) as made, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL_S3", made.endpoint)
        patch.setattr(probing, "probe", probe)
        yield made


def _misspelt(headers: Headers) -> Headers:
    """A request whose ETags mean nothing to a server that wants them in another spelling."""
    return {name: "?" if name == "if-match" else said for name, said in headers.items()}


def _knows_no_condition(_method: str, _path: str, headers: Headers, _body: bytes) -> Reply | None:
    conditions = {"if-match", "if-none-match"}
    return refusal(501, "NotImplemented") if conditions & headers.keys() else None


@pytest.fixture
def push(root: Path) -> Callable[[str], None]:
    """Write a caption and push it."""

    def push(text: str) -> None:
        (root / "styles" / "16" / "a.txt").write_text(text)
        ran = here(root, "push", "16", "--yes")
        assert ran.status == 0, ran.err

    return push


def test_the_first_write_finds_out_and_later_ones_remember(
    root: Path, push: Callable[[str], None], probes: list[None], bucket: Bucket
) -> None:
    assert (unguarded(root), unguarded(root, "local"), probes) == (None, [], [])
    push("one")
    assert len(probes) == 1
    assert unguarded(root) == ["copy", "parts"]
    push("other")
    assert len(probes) == 1
    keys = bucket.keys()
    assert not [key for key in keys if "probe" in key]


def test_what_writes_nothing_finds_out_nothing(
    pushed: Path, probes: list[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probing, "_FRESH", timedelta(seconds=-1))
    for command in (["push", "--yes"], ["pull", "--yes"], ["push", "--dry-run"], ["status"]):
        assert here(pushed, *command).status == 0
    (pushed / "styles" / "16" / "a.txt").unlink()
    assert here(pushed, "pull", "--yes").status == 0
    assert probes == []


def test_what_is_too_old_is_found_out_anew(
    pushed: Path,
    push: Callable[[str], None],
    probes: list[None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(probing, "_FRESH", timedelta(seconds=-1))
    assert unguarded(pushed) is None
    push("other")
    assert len(probes) == 1


def test_a_bucket_that_began_to_keep_versions_is_another(
    push: Callable[[str], None], probes: list[None], bucket: Bucket
) -> None:
    push("one")
    bucket.client.put_bucket_versioning(
        Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"}
    )
    push("other")
    push("again")
    assert len(probes) == 2


def test_a_push_tries_out_what_it_goes_by_and_no_more(
    root: Path, push: Callable[[str], None], proxy: Rewriter
) -> None:
    asked: set[str] = set()

    def noted(headers: Headers) -> Headers:
        asked.update(headers)
        return headers

    proxy.asks = noted
    push("one")
    assert {"if-match", "if-none-match"} <= asked
    only_for_doctor = {f"x-amz-checksum-{name.lower()}" for name in CHECKSUMS}
    assert asked.isdisjoint(only_for_doctor)
    assert here(root, "doctor").status == 0
    assert only_for_doctor <= asked


def test_a_run_asks_once_whether_the_bucket_keeps_versions(
    push: Callable[[str], None], bucket: Bucket, proxy: Rewriter
) -> None:
    bucket.client.put_bucket_versioning(
        Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"}
    )
    push("one")
    asked: list[str] = []

    def noted(target: str) -> str:
        asked.append(target)
        return target

    proxy.targets = noted
    push("other")
    assert len([target for target in asked if target.endswith("?versioning")]) == 1


@pytest.mark.parametrize("answer", ["412", pytest.param("501", marks=pytest.mark.slow)])
def test_a_server_that_answers_otherwise_than_was_found_out_is_probed_again(
    root: Path,
    push: Callable[[str], None],
    probes: list[None],
    bucket: Bucket,
    proxy: Rewriter,
    answer: str,
) -> None:
    """As after an update of the server. Nothing is done in its old ways, nor without asking."""
    push("one")
    before = bucket.objects()
    if answer == "501":
        proxy.instead = _knows_no_condition
    else:
        proxy.asks = _misspelt
    (root / "styles" / "16" / "a.txt").write_text("two")
    failed = here(root, "push", "16", "--yes")
    assert failed.status == 1
    assert ("found out anew" if answer == "412" else "NotImplemented") in failed.err
    assert (bucket.objects(), len(probes)) == (before, 1)
    push("two")
    assert len(probes) == 2
    assert "update" in (unguarded(root) or ())
    push("three")
    assert len(probes) == 2


def test_where_nothing_can_be_found_out_a_push_goes_on_unguarded(
    root: Path, push: Callable[[str], None], bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object, **__: object) -> None:
        raise Denied("the credentials do not allow to write below the trash prefix")

    monkeypatch.setattr(probing, "find_out", denied)
    push("one")
    assert bucket.get("styles/16/a.txt") == b"one"
    assert unguarded(root) is None
