"""An error's text as a whole sentence, whoever is told it."""

import re

from manifest_sync.core.errors import StoreError
from manifest_sync.core.paths import shown

_WORD = re.compile(r"[a-z]+[ ,]")
"""A word, and neither a URL nor a file's name."""


def sentence(error: Exception) -> str:
    """An error's text as a sentence. Stores write theirs as the end of one."""
    text = shown(str(error)).strip()
    if isinstance(error, StoreError) and _WORD.match(text):
        text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?", ".)", "”", "'")) else f"{text}."
