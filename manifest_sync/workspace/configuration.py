"""The configuration in force: flags, MANIFEST_SYNC_* variables, the file, defaults."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from manifest_sync.core.errors import InvalidInput
from manifest_sync.formats.config_toml import CONFIG_NAME, Config, checked, parse_config
from manifest_sync.formats.json_errors import readable

_FROM_ENVIRONMENT = (
    "profile",
    "region",
    "endpoint_url",
    "jobs",
    "sse",
    "kms_key_id",
    "storage_class",
    "trash",
    "trash_prefix",
    "max_delete",
    "follow_symlinks",
)
_PREFIX = "MANIFEST_SYNC_"


def load_configuration(
    root: Path, environ: Mapping[str, str], flags: Mapping[str, str | int | None]
) -> Config:
    """Read and merge what configures a workspace. Raises InvalidInput naming the source."""
    config = _from_file(root / CONFIG_NAME)
    variables = {
        name: environ[_PREFIX + name.upper()]
        for name in _FROM_ENVIRONMENT
        if environ.get(_PREFIX + name.upper())
    }
    config = _merged(config, variables, f"the environment ({_PREFIX}*)")
    return _merged(config, {k: v for k, v in flags.items() if v is not None}, "the command line")


def _from_file(path: Path) -> Config:
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return Config()
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from error
    return parse_config(text, path.name)


def _merged(config: Config, values: Mapping[str, str | int], where: str) -> Config:
    if not values:
        return config
    try:
        given = msgspec.convert(dict(values), Config, strict=False)
    except msgspec.ValidationError as error:
        raise InvalidInput(f"A setting in {where} is wrong: {readable(str(error))}.") from error
    merged = msgspec.structs.replace(config, **{name: getattr(given, name) for name in values})
    return checked(merged, where)
