"""A roll is asked by the listings of both sides at once, whatever else Python does meanwhile."""

import subprocess
import sys

_AT_ONCE = """
import gc, threading, time
from manifest_sync.core.in_step import NONE_IN_STEP
from manifest_sync.core.roll import Roll

class Rubbish:
    def __init__(self):
        self.itself = self

    def __del__(self):
        time.sleep(0.0002)  # the other thread goes on

def ask(roll, ready):
    ready.wait()
    Rubbish()
    roll.position.get("a.png")

gc.set_threshold(1, 1, 1)
end = time.monotonic() + 0.5
while time.monotonic() < end:
    roll, ready = Roll(NONE_IN_STEP), threading.Barrier(2)
    threads = [threading.Thread(target=ask, args=(roll, ready)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert roll.position == {}
"""


def test_two_threads_that_look_for_a_path_first_do_not_crash_python() -> None:
    """Its cached property did, in Python 3.11: each thread made an `__dict__` of one object."""
    done = subprocess.run([sys.executable, "-c", _AT_ONCE], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
