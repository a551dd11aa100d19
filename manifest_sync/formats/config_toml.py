"""`manifest-sync.toml`: the workspace's configuration."""

import tomllib
from pathlib import PurePosixPath
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from manifest_sync.core.delete_limit import parse_limit
from manifest_sync.core.errors import InvalidInput
from manifest_sync.core.paths import shown, why_unsafe
from manifest_sync.formats.json_errors import readable

CONFIG_NAME = "manifest-sync.toml"

TEMPLATE = """\
# manifest-sync's configuration of this workspace. Every key is optional.
# Credentials are never written here: they come from the AWS chain (environment, profiles, roles).

# profile = "default"
# region = "eu-central-1"
# endpoint_url = "https://s3.example.org"
# jobs = 32
# max_delete = "50%"
"""


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a workspace may set. None means the default, or the AWS chain's own answer."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    jobs: int | None = None
    """Transfers at a time, wherever S3 is; None lets it be seen how far away that is."""
    styles: tuple[str, ...] | None = None
    """Globs of the style folders, where searching the whole workspace takes too long."""
    follow_symlinks: bool = False
    sse: Literal["AES256", "aws:kms", "aws:kms:dsse"] | None = None
    kms_key_id: str | None = None
    storage_class: str | None = None
    trash_prefix: str = ".manifest-sync-trash/"
    """Where objects of unversioned buckets are kept that a run replaced or deleted."""
    max_delete: int | str | None = None
    """More deletions than this are refused: a number of files, or a share of them like "50%"."""
    trash: Literal["on", "off"] = "on"
    """With `off` nothing is kept that a run replaces or deletes; a bucket's versions stay."""


def parse_config(text: bytes, where: str) -> Config:
    """Read the configuration. Raises InvalidInput with one sentence."""
    try:
        table = tomllib.loads(text.decode("utf-8"))
        return checked(msgspec.convert(table, Config), where)
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{where} is not UTF-8 text.") from error
    except tomllib.TOMLDecodeError as error:
        reason = shown(str(error)).rstrip(".")
        raise InvalidInput(f"{where} is not valid TOML: {reason}.") from error
    except msgspec.ValidationError as error:
        raise InvalidInput(f"{where}: {_readable(str(error))}.") from error


def checked(config: Config, where: str) -> Config:
    """Check what a type cannot say. Raises InvalidInput; a password is never repeated."""
    if config.endpoint_url is not None:
        _check_endpoint(config.endpoint_url, where)
    if config.jobs is not None and not 1 <= config.jobs <= 512:  # noqa: PLR2004 - said in the text
        raise InvalidInput(f"{where}: jobs is {config.jobs}, but must be from 1 to 512.")
    prefix = config.trash_prefix
    if not prefix.endswith("/") or why_unsafe(prefix[:-1]) is not None:
        raise InvalidInput(f"{where}: trash_prefix must be a key prefix that ends in “/”.")
    if config.max_delete is not None:
        _check_limit(config.max_delete, where)
    for pattern in config.styles or ():
        if not pattern.strip() or PurePosixPath(pattern).is_absolute() or ".." in pattern:
            raise InvalidInput(
                f"{where}: “{shown(pattern)}” in styles is no pattern of folders below here."
            )
    return config


def _check_limit(limit: int | str, where: str) -> None:
    try:
        parse_limit(str(limit))
    except ValueError as error:
        raise InvalidInput(f"{where}: max_delete is “{shown(str(limit))}”, but {error}.") from error


def _check_endpoint(url: str, where: str) -> None:
    """Refuse what is no endpoint. Nothing of it is repeated: it may hold a password."""
    if "@" in url:
        raise InvalidInput(
            f"{where}: endpoint_url holds a user name or password; take it out, credentials "
            "come from the AWS chain."
        )
    try:
        parts = urlsplit(url)
        found = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        found = False
    if not found:
        raise InvalidInput(f"{where}: endpoint_url must look like https://host[:port].")


def _readable(message: str) -> str:
    return readable(message.replace("Object contains unknown field", "there is no setting"))
