"""Several real processes that open, migrate and write one database at the same moment."""

import subprocess
import sys
from pathlib import Path

from sqlite_utils import Database

from manifest_sync.state import memories
from manifest_sync.state.cache import Cache
from manifest_sync.state.state import open_state

PROCESSES, ROUNDS = 3, 10

STATE = """
import sys
from pathlib import Path
from manifest_sync.core.content import Content
from manifest_sync.core.memory import Memory
from manifest_sync.state import memories
from manifest_sync.state.state import open_state
me, path = sys.argv[1], Path(sys.argv[2])
print("ready", flush=True); sys.stdin.readline()
for turn in range({rounds}):
    database = open_state(path)
    style = memories.know(database, "e", "r", "s", "f")
    memories.fold(database, style.id, {{f"{{me}}-{{turn}}": Memory(Content(1, "0" * 32))}})
    memories.lineage(database)
    database.close()
"""

CACHE = """
import sys
from pathlib import Path
from manifest_sync.core.stamps import FileStamp
from manifest_sync.state.cache import Cache, Digest
me, path = sys.argv[1], Path(sys.argv[2])
print("ready", flush=True); sys.stdin.readline()
for turn in range({rounds}):
    cache = Cache(path, lambda text: sys.exit(text))
    digest = Digest(FileStamp(1, 2, 3, 4), "0" * 32, "0" * 32, True)
    cache.remember("s", [(f"{{me}}-{{turn}}", digest)])
    cache.digests("s")
    cache.close()
"""


def at_once(program: str, path: Path) -> None:
    """Run a program in several processes that begin together."""
    code = program.format(rounds=ROUNDS)
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(number), str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(PROCESSES)
    ]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in running:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    failures = [process.communicate(timeout=60)[1] for process in running]
    assert [text for text in failures if text] == []
    assert [process.returncode for process in running] == [0] * PROCESSES


EXPECTED = {f"{process}-{turn}" for process in range(PROCESSES) for turn in range(ROUNDS)}


def test_state_is_made_once_and_no_write_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    at_once(STATE, path)
    database = open_state(path)
    style = memories.find(database, "e", "r")
    assert style is not None
    assert style.serial == PROCESSES * ROUNDS
    assert set(memories.load(database, style.id)) == EXPECTED
    assert Database(database)["facts"].count == 1
    database.close()


def test_the_cache_is_shared_without_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    at_once(CACHE, path)
    warnings: list[str] = []
    cache = Cache(path, warnings.append)
    assert set(cache.digests("s")) == EXPECTED
    assert warnings == []
    cache.close()
