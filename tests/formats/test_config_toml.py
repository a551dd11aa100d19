"""The configuration file: every mistake is named with its place, no password is repeated."""

import pytest

from manifest_sync.core.errors import InvalidInput
from manifest_sync.core.paths import shown
from manifest_sync.formats.config_toml import TEMPLATE, Config, parse_config


def refusal(text: str | bytes) -> str:
    data = text.encode() if isinstance(text, str) else text
    with pytest.raises(InvalidInput) as caught:
        parse_config(data, "manifest-sync.toml")
    message = str(caught.value)
    assert message.startswith("manifest-sync.toml")
    assert message.endswith(".")
    assert shown(message) == message
    assert message.count("(") == message.count(")")
    return message


def test_an_empty_file_and_the_template_mean_the_defaults() -> None:
    assert parse_config(b"", "c") == Config()
    assert parse_config(TEMPLATE.encode(), "c") == Config()


def test_the_templates_examples_are_valid() -> None:
    lines = [line.removeprefix("# ") for line in TEMPLATE.splitlines() if " = " in line]
    config = parse_config("\n".join(lines).encode(), "c")
    assert config.endpoint_url == "https://s3.example.org"
    assert config.jobs == 32


def test_every_setting_is_read() -> None:
    text = """
    profile = "p"
    region = "r"
    endpoint_url = "http://[::1]:9000"
    jobs = 512
    styles = ["styles/*", "more/**"]
    follow_symlinks = true
    sse = "aws:kms"
    kms_key_id = "k"
    storage_class = "STANDARD_IA"
    trash_prefix = "team/.trash/"
    max_delete = "20%"
    trash = "off"
    """
    assert parse_config(text.encode(), "c") == Config(
        "p", "r", "http://[::1]:9000", 512, ("styles/*", "more/**"), True, "aws:kms", "k",
        "STANDARD_IA", "team/.trash/", "20%", "off"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("jobs = 1\nregion = eu\n", "line 2, column 10"),
        ("jobs = 1\n\n\nregion\n", "line 4"),
        ("jobs = 1\njobs = 2\n", "TOML"),
        (b"region = '\xff'", "not UTF-8"),
        ("bucket = 1", "no setting `bucket`"),
        ("[s3]\nregion = 'x'", "no setting `s3`"),
        ('"\\u001b[2J" = 1', "no setting `\\x1b[2J`"),
        ("jobs = 'many'", "“jobs”"),
        ("jobs = true", "“jobs”"),
        ("jobs = 0", "jobs is 0"),
        ("jobs = 513", "jobs is 513"),
        ("sse = 'rot13'", "“sse”"),
        ("styles = 'x'", "“styles”"),
        ("styles = ['x', 1]", "“styles[1]”"),
        ("styles = ['/abs/*']", "“/abs/*” in styles"),
        ("styles = ['../x']", "“../x” in styles"),
        ("styles = ['']", "“” in styles"),
        ("follow_symlinks = 1", "“follow_symlinks”"),
        ("max_delete = -1", "max_delete is “-1”"),
        ("max_delete = 'half'", "max_delete is “half”, but must be a number of files"),
        ("max_delete = '101%'", "max_delete is “101%”"),
        ("max_delete = 0.5", "“max_delete”"),
        ("max_delete = true", "“max_delete”"),
        ("trash_prefix = 'x'", "trash_prefix"),
        ("trash_prefix = '/'", "trash_prefix"),
        ("trash_prefix = '/x/'", "trash_prefix"),
        ("trash_prefix = 'a//'", "trash_prefix"),
        ("trash_prefix = 'a/../'", "trash_prefix"),
        ('trash_prefix = "\\u0007/"', "trash_prefix"),
    ],
)
def test_a_mistake_is_named(text: str | bytes, told: str) -> None:
    assert told in refusal(text)


@pytest.mark.parametrize(
    "url",
    [
        "http://user:hunter2@host",
        "https://hunter2@host:9000/",
        "http://user:hunter2@",
        "http://user:hunter2/more@host",  # where a naive split takes the port for the end
        "http://user:hunter2#x@host",
        "user:hunter2@host",
        "ftp://hunter2",
        "http://host:hunter2",
        "http://[hunter2",
        "http://",
        "hunter2",
        "",
    ],
)
def test_an_endpoint_that_is_none_is_refused_and_never_repeated(url: str) -> None:
    message = refusal(f'endpoint_url = "{url}"')
    assert "endpoint_url" in message
    assert "hunter2" not in message


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:9000", "https://s3.example.org", "https://host/path", "http://[::1]:1"],
)
def test_an_endpoint_is_accepted(url: str) -> None:
    assert parse_config(f'endpoint_url = "{url}"'.encode(), "c").endpoint_url == url
