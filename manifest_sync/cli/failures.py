"""Errors as a person and a program are told them: one sentence, a code, an exit status."""

import errno
import os
import sys
import traceback
from collections.abc import Sequence

import typer

from manifest_sync.cli.confirm import Declined
from manifest_sync.cli.json_output import print_document
from manifest_sync.core.errors import Interrupted, ManifestSyncError
from manifest_sync.core.exits import Exit
from manifest_sync.core.paths import shown
from manifest_sync.core.sentences import sentence
from manifest_sync.formats.documents import ErrorDocument

DEBUG = "MANIFEST_SYNC_DEBUG"

_NO_ERRORS = frozenset({Declined.code, Interrupted.code})
"""What a person did, and not what went wrong."""


def tell(error: Exception, arguments: Sequence[str]) -> Exit:
    """Say what ended a command: on stderr, and with --json as a document on stdout."""
    code, message, status = _judged(error)
    sys.stderr.write(f"{message}\n" if code in _NO_ERRORS else f"Error: {message}\n")
    if code == "unexpected" and os.environ.get(DEBUG):
        traceback.print_exception(error)
    if _wants_json(arguments):
        print_document(ErrorDocument("manifest-sync/error", 1, code, message))
    return status


def _judged(error: Exception) -> tuple[str, str, Exit]:
    """Code, message and exit status of whatever ended a command."""
    if isinstance(error, ManifestSyncError):
        return error.code, sentence(error), error.exit_status
    if isinstance(error, typer.TyperException):
        return "usage", _about_usage(error), Exit.USAGE
    if isinstance(error, OSError) and error.errno is not None:
        return "system", _about_system(error), Exit.ERROR
    what = f"{type(error).__name__}: {shown(str(error))}" if str(error) else type(error).__name__
    return (
        "unexpected",
        f"{what}. This is a bug; please report it ({DEBUG}=1 says more).",
        Exit.ERROR,
    )


def _about_usage(error: typer.TyperException) -> str:
    message = shown(" ".join(error.format_message().split())).replace("Value error, ", "")
    context = getattr(error, "ctx", None)
    hint = "" if context is None else f" Try “{context.command_path} --help”."
    return (message if message.endswith((".", "?", ".)")) else f"{message}.") + hint


def _about_system(error: OSError) -> str:
    what = os.strerror(error.errno or errno.EIO)
    where = "" if error.filename is None else f"{shown(str(error.filename))}: "
    return f"{where}{what}."


def _wants_json(arguments: Sequence[str]) -> bool:
    """Whether --json was given, also where the command line could not be parsed."""
    given = list(arguments)
    options = given[: given.index("--")] if "--" in given else given
    return "--json" in options
