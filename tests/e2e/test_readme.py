"""The sessions of the README and of the guide, run as they are shown."""

import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import unified_diff
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest

from manifest_sync.cli.app import COMMANDS, load_command
from manifest_sync.formats.config_toml import Config, parse_config
from manifest_sync.sandbox.painting import pixel_art
from manifest_sync.sandbox.samples import Sample, SampleStyle, make_sample
from tests.generate import ROOT
from tests.servers import ACCESS_KEY, REGION, SECRET_KEY, S3Server, moto_server
from tests.transcripts import Session, replayed

README = ROOT / "README.md"
GUIDE = ROOT / "docs" / "getting-started.md"
RECOVERING = ROOT / "docs" / "recovering-from-a-mistake.md"
TEAM = ROOT / "docs" / "working-as-a-team.md"
DOCUMENTS = (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
BUCKET = "training-data"
STYLE = SampleStyle(
    "16",
    pixel_art,
    (
        Sample("castle.png", "a castle at night, pixel art"),
        Sample("harbour.png", "a harbour town at night, pixel art"),
        Sample("island.webp", "towers on an island at dusk, pixel art"),
    ),
)


@contextmanager
def newcomer(home: Path, server: S3Server) -> Iterator[Session]:
    """A person with a style folder in their home, an AWS profile, and a bucket."""
    for sample in STYLE.samples:
        make_sample(home / "dataset", STYLE, sample)
    config, secrets = home / ".aws" / "config", home / ".aws" / "credentials"
    config.parent.mkdir()
    config.write_text(f"[profile training]\nregion = {REGION}\nendpoint_url = {server.endpoint}\n")
    secrets.write_text(
        f"[training]\naws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = {SECRET_KEY}\n"
    )
    environ = {
        "HOME": str(home),
        "AWS_CONFIG_FILE": str(config),
        "AWS_SHARED_CREDENTIALS_FILE": str(secrets),
        "AWS_EC2_METADATA_DISABLED": "true",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "you",
        "GIT_AUTHOR_EMAIL": "you@example.org",
        "GIT_COMMITTER_NAME": "you",
        "GIT_COMMITTER_EMAIL": "you@example.org",
    }
    with a_bucket(server), Session(home, environ) as session:
        yield session


@contextmanager
def a_bucket(server: S3Server) -> Iterator[None]:
    """The bucket that the documents call theirs, empty before and gone after."""
    client = server.client()
    client.create_bucket(Bucket=BUCKET)
    yield
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
        for entry in page.get("Contents", ()):
            client.delete_object(Bucket=BUCKET, Key=entry["Key"])
    client.delete_bucket(Bucket=BUCKET)
    client.close()


def differences(document: Path, home: Path, server: S3Server) -> str:
    """What a document shows and what happens, as a diff; empty where it is true."""
    text = document.read_text(encoding="utf-8")
    with newcomer(home, server) as session:
        real = replayed(text, session)
    return "".join(unified_diff(text.splitlines(True), real.splitlines(True), n=1))


def test_the_readme_shows_what_happens(tmp_path: Path, moto: S3Server) -> None:
    assert differences(README, tmp_path, moto) == "", "run: python -m tests.e2e.test_readme"


@pytest.mark.slow
def test_the_guide_shows_what_happens(tmp_path: Path, moto: S3Server) -> None:
    assert differences(GUIDE, tmp_path, moto) == "", "run: python -m tests.e2e.test_readme"


@pytest.mark.slow
def test_what_is_said_of_recovering_happens(tmp_path: Path, moto: S3Server) -> None:
    assert differences(RECOVERING, tmp_path, moto) == "", "run: python -m tests.e2e.test_readme"


@pytest.mark.slow
def test_what_is_said_of_teams_happens(tmp_path: Path, moto: S3Server) -> None:
    assert differences(TEAM, tmp_path, moto) == "", "run: python -m tests.e2e.test_readme"


def test_the_readme_has_every_command_in_its_order() -> None:
    rows = re.findall(r"^\| (`.*`) \| (.*) \|$", README.read_text(encoding="utf-8"), re.MULTILINE)
    usages = [re.findall(r"`([a-z-]+)", usage) for usage, _ in rows]
    assert [first for first, *_ in usages] == list(COMMANDS)
    for (name, *_), (usage, says) in zip(usages, rows, strict=True):
        options = {option for parameter in load_command(name).params for option in parameter.opts}
        mentioned = set(re.findall(r"--[a-z-]+", usage + says))
        assert mentioned <= options, name


def fenced(language: str) -> list[str]:
    """The blocks of a language in the guide."""
    return re.findall(
        rf"^```{language}\n(.*?)^```$", GUIDE.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )


def test_the_guide_shows_every_key_of_the_configuration() -> None:
    [text] = fenced("toml")
    shown = parse_config(text.encode(), "the guide")
    assert shown.endpoint_url is not None
    assert set(tomllib.loads(text)) == {field.name for field in msgspec.structs.fields(Config)}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)]+)\)", document.read_text(encoding="utf-8"))
    local = [link for link in links if "://" not in link]
    for link in local:
        name, _, heading = link.partition("#")
        target = document.parent / name if name else document
        assert target.exists(), link
        assert not heading or heading in anchors(target), link


def anchors(document: Path) -> set[str]:
    """The names by which the headings of a document are linked to."""
    headings = re.findall(r"^#+ (.*)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each).strip().lower().replace(" ", "-") for each in headings}


def main() -> None:
    """Put what really happens into the documents."""
    with moto_server() as server:
        for document in (README, GUIDE, RECOVERING, TEAM):
            with TemporaryDirectory() as home, newcomer(Path(home).resolve(), server) as session:
                real = replayed(document.read_text(encoding="utf-8"), session)
            document.write_text(real, encoding="utf-8")


if __name__ == "__main__":
    main()
