"""The one document that --json prints."""

import sys

import msgspec


def print_document(document: msgspec.Struct) -> None:
    """Print a document, indented, as UTF-8 whatever the terminal's encoding is."""
    text = msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"
    sys.stdout.flush()
    sys.stdout.buffer.write(text)
    sys.stdout.buffer.flush()
