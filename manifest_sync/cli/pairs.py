"""`--take SIDE PATH`: an option that is repeated and has two words.

Typer knows options that are repeated and options of two words, but none that is both. So the two
words are joined before Typer parses them; `take` takes them apart.
"""

from collections.abc import Sequence

OPTION = "--take"
BETWEEN = ":"


def joined(arguments: Sequence[str]) -> list[str]:
    """`--take local a.txt` → `--take local:a.txt`; all else as it is."""
    result: list[str] = []
    waiting = list(arguments)
    while waiting:
        word = waiting.pop(0)
        result.append(word)
        if word == "--":
            return result + waiting
        if word == OPTION and len(waiting) > 1:
            side, path = waiting.pop(0), waiting.pop(0)
            result.append(f"{side}{BETWEEN}{path}")
    return result
