import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kowairo.data.synth.pool import map_in_processes

PARENT = """
import os, sys, time
from pathlib import Path
from kowairo.data.synth.pool import map_in_processes

def note_and_wait(name):
    (Path(sys.argv[1]) / name).write_text(str(os.getpid()))
    time.sleep(60)

if __name__ == "__main__":
    list(map_in_processes(note_and_wait, ["a.pid", "b.pid"], workers=2, chunk=1))
"""


def is_running(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_until(condition, timeout_s=30.0):
    deadline = time.monotonic() + timeout_s
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def test_one_worker_works_in_this_process():
    assert list(map_in_processes(os.getsid, [0], workers=1)) == [os.getsid(0)]


@pytest.mark.slow
def test_results_come_in_the_order_of_the_tasks():
    assert list(map_in_processes(abs, [-3, 1, -2, 5], workers=2, chunk=1)) == [3, 1, 2, 5]


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes through /proc")
def test_workers_end_when_their_parent_is_killed(tmp_path):
    (tmp_path / "parent.py").write_text(PARENT, encoding="utf-8")
    parent = subprocess.Popen([sys.executable, tmp_path / "parent.py", tmp_path])
    notes = [tmp_path / "a.pid", tmp_path / "b.pid"]
    started = wait_until(lambda: all(note.exists() and note.read_text() for note in notes))
    parent.kill()
    parent.wait()

    assert started
    assert wait_until(lambda: not any(is_running(int(note.read_text())) for note in notes))
