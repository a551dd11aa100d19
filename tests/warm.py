"""What commands need, imported and read ahead for processes that are forked from this one."""

from manifest_sync.cli import clone, init, pull, push, status
from manifest_sync.stores.s3_session import make_client, make_session
from manifest_sync.stores.s3_settings import S3Settings

__all__ = ["clone", "init", "pull", "push", "status"]

_settings = S3Settings(endpoint_url="http://127.0.0.1:9", region="us-east-1")
make_client(make_session(_settings), _settings)
