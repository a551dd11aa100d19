"""Which of flags, environment, file and defaults is in force, and what is said of a wrong value."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from manifest_sync.core.errors import InvalidInput
from manifest_sync.formats.config_toml import Config
from manifest_sync.workspace.configuration import load_configuration
from manifest_sync.workspace.workspace import Workspace

Flags = Mapping[str, str | int | None]


def load(
    root: Path,
    toml: str | None = None,
    environ: Mapping[str, str] | None = None,
    flags: Flags | None = None,
) -> Config:
    if toml is not None:
        (root / "manifest-sync.toml").write_text(toml)
    return load_configuration(root, environ or {}, flags or {})


def refusal(
    root: Path,
    toml: str | None = None,
    environ: Mapping[str, str] | None = None,
    flags: Flags | None = None,
) -> str:
    """The one sentence of a refused configuration."""
    with pytest.raises(InvalidInput) as caught:
        load(root, toml, environ, flags)
    said = str(caught.value)
    assert said.endswith(".")
    assert "\n" not in said
    return said


@pytest.mark.parametrize("toml", [None, "", "# nothing\n"])
def test_without_anything_the_defaults_are_in_force(tmp_path: Path, toml: str | None) -> None:
    assert load(tmp_path, toml) == Config()


def test_flags_win_over_the_environment_over_the_file_over_defaults(tmp_path: Path) -> None:
    toml = 'profile = "file"\nregion = "file"\nendpoint_url = "http://file"\n'
    environ = {
        "MANIFEST_SYNC_REGION": "environment",
        "MANIFEST_SYNC_ENDPOINT_URL": "http://environment",
    }
    config = load(tmp_path, toml, environ, {"endpoint_url": "http://flag", "profile": None})
    assert (config.profile, config.region) == ("file", "environment")
    assert (config.endpoint_url, config.jobs) == ("http://flag", None)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("profile", "p", "p"),
        ("region", "r", "r"),
        ("endpoint_url", "https://s3.example.org", "https://s3.example.org"),
        ("jobs", "7", 7),
        ("sse", "AES256", "AES256"),
        ("kms_key_id", "k", "k"),
        ("storage_class", "GLACIER_IR", "GLACIER_IR"),
        ("trash_prefix", "trash/", "trash/"),
        ("follow_symlinks", "true", True),
        ("follow_symlinks", "0", False),
    ],
)
def test_every_setting_has_a_variable(
    tmp_path: Path, name: str, value: str, expected: object
) -> None:
    config = load(tmp_path, "", {f"MANIFEST_SYNC_{name.upper()}": value})
    assert getattr(config, name) == expected


def test_an_empty_variable_sets_nothing(tmp_path: Path) -> None:
    config = load(tmp_path, "jobs = 3", {"MANIFEST_SYNC_JOBS": "", "MANIFEST_SYNC_PROFILE": ""})
    assert config == Config(jobs=3)


def test_other_variables_are_nobodys_business(tmp_path: Path) -> None:
    environ = {"MANIFEST_SYNC_TRANSPORT": "boto3", "MANIFEST_SYNC_X": "y", "JOBS": "5"}
    assert load(tmp_path, "", environ) == Config()


def test_styles_are_set_in_the_file_alone(tmp_path: Path) -> None:
    config = load(tmp_path, 'styles = ["styles/*"]', {"MANIFEST_SYNC_STYLES": "other/*"})
    assert config.styles == ("styles/*",)


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ("jobs = \n", "manifest-sync.toml is not valid TOML: "),
        ("job = 3\n", "there is no setting `job`"),
        ('jobs = "many"\n', "(in “jobs”)"),
        ("jobs = 0\n", "manifest-sync.toml: jobs is 0, but must be from 1 to 512"),
        ('sse = "rot13"\n', "(in “sse”)"),
        ('trash_prefix = "trash"\n', "manifest-sync.toml: trash_prefix must"),
        ('styles = ["../x"]\n', "manifest-sync.toml: “../x” in styles"),
        ('aws_secret_access_key = "s3cret"\n', "there is no setting"),
    ],
)
def test_a_wrong_file_is_named_with_the_setting(tmp_path: Path, toml: str, says: str) -> None:
    said = refusal(tmp_path, toml)
    assert said.startswith("manifest-sync.toml")
    assert says in said
    assert "s3cret" not in said


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("JOBS", "many", "(in “jobs”)"),
        ("JOBS", "1000", "jobs is 1000, but must be from 1 to 512"),
        ("FOLLOW_SYMLINKS", "perhaps", "(in “follow_symlinks”)"),
        ("SSE", "rot13", "(in “sse”)"),
        ("ENDPOINT_URL", "not a url", "endpoint_url must look like https://host[:port]"),
    ],
)
def test_a_wrong_variable_is_named_as_what_it_is(
    tmp_path: Path, name: str, value: str, says: str
) -> None:
    said = refusal(tmp_path, "", {f"MANIFEST_SYNC_{name}": value})
    assert "the environment (MANIFEST_SYNC_*)" in said
    assert says in said


def test_a_wrong_flag_is_named_as_what_it_is(tmp_path: Path) -> None:
    said = refusal(tmp_path, "", {}, {"jobs": 0})
    assert said == "the command line: jobs is 0, but must be from 1 to 512."


@pytest.mark.parametrize("where", ["toml", "environ", "flags"])
def test_a_password_in_an_endpoint_is_refused_and_never_repeated(
    tmp_path: Path, where: str
) -> None:
    url = "https://me:s3cret@host"
    given: dict[str, object] = {
        "toml": {"toml": f'endpoint_url = "{url}"'},
        "environ": {"environ": {"MANIFEST_SYNC_ENDPOINT_URL": url}},
        "flags": {"flags": {"endpoint_url": url}},
    }
    said = refusal(tmp_path, **given[where])  # type: ignore[arg-type]  # chosen by name
    assert "user name or password" in said
    assert "s3cret" not in said


def test_a_wrong_value_that_is_overruled_is_told_all_the_same(tmp_path: Path) -> None:
    assert "jobs is 0" in refusal(tmp_path, "jobs = 0", {"MANIFEST_SYNC_JOBS": "4"})


def test_a_configuration_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "manifest-sync.toml").mkdir()
    assert refusal(tmp_path).endswith("manifest-sync.toml cannot be read: Is a directory.")


def test_a_workspace_opens_with_what_is_in_force(tmp_path: Path) -> None:
    (tmp_path / "manifest-sync.toml").write_text("jobs = 3")
    with Workspace.open(tmp_path, environ={}) as workspace:
        assert workspace._resources.jobs == 3
    with Workspace.open(tmp_path, environ={"MANIFEST_SYNC_JOBS": "4"}) as workspace:
        assert workspace._resources.jobs == 4
    with Workspace.open(tmp_path, environ={}, flags={"jobs": 5}) as workspace:
        assert workspace._resources.jobs == 5
