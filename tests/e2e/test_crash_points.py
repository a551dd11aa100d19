"""Killed right before any step that leaves something behind: the same command again ends it."""

import ast
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import manifest_sync.state
from tests.e2e.crash_points import ALIKE, ELSEWHERE, POINTS
from tests.e2e.crash_scenes import SCENES, Scene
from tests.e2e.dying import written_by
from tests.e2e.places import BOTH_SERVERS_SLOWLY, Place

_DYING = Path(__file__).with_name("dying.py")
_EVERY = [(command, step) for command, steps in POINTS.items() for step in steps]
_AMONG_OTHERS = ("make part", "link part as file", "remove part")
"""Steps of a file that a pull makes together with others: it is killed at that of the second."""


def _run(scene: Scene, log: Path, step: str, number: int) -> int:
    """Run a command that dies before a step; its exit status."""
    done = subprocess.run(
        [sys.executable, "-P", _DYING, log, step, str(number), *scene.arguments],
        cwd=scene.place.root,
        env={**os.environ, "MANIFEST_SYNC_JOBS": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
        check=False,
        text=True,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode


@BOTH_SERVERS_SLOWLY
@pytest.mark.parametrize(
    ("command", "step", "number"),
    [*((*each, 1) for each in _EVERY), *(("pull", step, 2) for step in _AMONG_OTHERS)],
)
def test_the_same_command_ends_what_was_begun(
    place: Place, tmp_path: Path, command: str, step: str, number: int
) -> None:
    scene = SCENES[command](place)
    assert _run(scene, tmp_path / "log", step, number) == -signal.SIGKILL
    scene.check_it_is_told_truthfully()
    place.quickly(*scene.arguments)
    scene.check_it_has_ended()


@pytest.mark.slow
@pytest.mark.parametrize("command", POINTS)
def test_no_step_is_missing(place: Place, tmp_path: Path, command: str) -> None:
    scene = SCENES[command](place)
    assert _run(scene, tmp_path / "log", "none", 0) == 0
    came_to = set((tmp_path / "log").read_text().splitlines())
    assert came_to - ALIKE == set(POINTS[command]) - ALIKE
    scene.check_it_has_ended()


def test_no_statement_that_writes_is_missing() -> None:
    """Every one in the package is in a transaction that some command is killed before."""
    folder = Path(manifest_sync.state.__path__[0])
    texts = [
        node.value
        for module in folder.glob("*.py")
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    written = {found for text in texts if (found := written_by(text)) not in (None, "schema")}
    steps = [step for _, step in _EVERY] + sorted(ALIKE)
    killed = {part for step in steps for part in step.removeprefix("commit ").split(", ")}
    assert written - killed == ELSEWHERE.keys()
