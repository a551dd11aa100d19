"""Hashing small files in a process of its own: in one process, threads wait for the interpreter.

The process is this module, run as a program. It is sent batches and answers each with what came
of it. It ends with its standard input, also where whoever holds it is killed.
"""

import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

import msgspec

from manifest_sync.engine.hashes import Hashes, Unhashed, hash_small
from manifest_sync.stores.local_read import read_small
from manifest_sync.stores.local_tree import Tree

_MARK = b"hash"
"""Begins each message, before its length: what another program prints is none."""
_LENGTH = 4
"""Bytes that tell the length."""

_unhashed = msgspec.msgpack.Decoder(list[Unhashed])
_hashes = msgspec.msgpack.Decoder(list[Hashes | None])


class HashProcess:
    """A process that hashes small files of one folder. For one thread at a time."""

    def __init__(self, root: Path) -> None:
        """Begin it, and do not wait until it is ready. OSError where it cannot begin."""
        self._process = subprocess.Popen(  # noqa: S603 - our own module, no input of a user's
            [sys.executable or "", "-P", "-m", __name__, root],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            process_group=0,  # Ctrl-C is the business of whoever holds it
        )

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    def hash_small(self, batch: Sequence[Unhashed]) -> list[Hashes | None]:
        """As `hashes.hash_small`. Raises OSError where the process has ended."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise BrokenPipeError
        _send(stdin, msgspec.msgpack.encode(batch))
        answer = _receive(stdout)
        if answer is None:
            raise BrokenPipeError
        return _hashes.decode(answer)

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()


def main() -> None:
    """Answer until nothing is asked any more."""
    tree = Tree(Path(sys.argv[1]))
    with suppress(BrokenPipeError):
        while (asked := _receive(sys.stdin.buffer)) is not None:
            batch = _unhashed.decode(asked)
            read = read_small(tree, [(job.path, job.stamp) for job in batch])
            _send(sys.stdout.buffer, msgspec.msgpack.encode(hash_small(batch, read)))


def _send(pipe: IO[bytes], message: bytes) -> None:
    pipe.write(_MARK + len(message).to_bytes(_LENGTH, "big") + message)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> bytes | None:
    """The next message; None where there is none."""
    begin = pipe.read(len(_MARK) + _LENGTH)
    if not begin.startswith(_MARK):
        return None
    length = int.from_bytes(begin.removeprefix(_MARK), "big")
    message = pipe.read(length)
    return message if len(message) == length else None


if __name__ == "__main__":
    main()
