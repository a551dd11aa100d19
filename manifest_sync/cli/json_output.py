"""The one document that --json prints."""

import re
import sys

import msgspec

_STEERS_TERMINALS = re.compile(
    r"[\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)
"""What JSON allows to stand for itself, and a terminal would obey. Only strings can hold it."""


def print_document(document: msgspec.Struct) -> None:
    """Print a document, indented, as UTF-8 whatever the terminal's encoding is."""
    text = msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"
    text = _STEERS_TERMINALS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()
