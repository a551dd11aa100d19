"""What every command does anew is done once for all the commands that tests run in one process.

It is what takes most of a short command's time: making boto3's clients, finding out what a server
enforces, and building the command's options. The first two are tested with the stores, where
every connection is new and only reads botocore's own data files no second time; and all of it by
the commands that run in processes of their own.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

import boto3
import botocore.session
import pytest

from manifest_sync.cli import app
from manifest_sync.core.abilities import Abilities
from manifest_sync.stores.base import OnRequest
from manifest_sync.stores.s3_connection import S3Connection
from manifest_sync.stores.s3_probe import probe
from manifest_sync.workspace import probing, resources

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_sessions: dict[object, boto3.Session] = {}
_clients: "dict[object, S3Client]" = {}
_abilities: dict[object, Abilities] = {}


class _Connection(S3Connection):
    """Shares its session and client with all that have the same settings and environment."""

    def _make_session(self) -> boto3.Session:
        key = self._key()
        if key not in _sessions:
            _sessions[key] = super()._make_session()
        return _sessions[key]

    def _make_client(self) -> "S3Client":
        key = self._key()
        if key not in _clients:
            _clients[key] = super()._make_client()
        return _clients[key]

    def _key(self) -> object:
        """All that boto3 goes by; pytest changes its own variable with every test."""
        environ = {item for item in os.environ.items() if item[0] != "PYTEST_CURRENT_TEST"}
        return self.settings, frozenset(environ)


def _probe(
    connection: S3Connection,
    on_request: OnRequest,
    name: str | None = None,
    *,
    briefly: bool = False,
) -> Abilities:
    key = connection.endpoint, connection.settings, connection.ask_versioning(), briefly
    if key not in _abilities:
        _abilities[key] = probe(connection, on_request, name, briefly=briefly)
    return _abilities[key]


@contextmanager
def shared() -> Iterator[None]:
    """Meanwhile commands in this process do it once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", cache(botocore.session.create_loader))
        patch.setattr(app, "load_command", cache(app.load_command))
        patch.setattr(resources, "connect", _Connection)
        patch.setattr(probing, "probe", _probe)
        yield
