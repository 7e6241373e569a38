"""A container: fewer cores than the machine has, and a command that is the first process."""

import os
import shutil
import subprocess
import sys

import pytest
from ravine.execution import pool


@pytest.mark.parametrize(
    ("content", "number"),
    [("max 100000\n", 4), ("100000 100000\n", 1), ("150000 100000\n", 2), ("50000 100000\n", 1), ("", 4), ("900000 100000\n", 4)],
)  # fmt: skip
def test_a_quota_of_processor_time_counts_as_cores(monkeypatch, tmp_path, content, number):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 3}, raising=False)
    monkeypatch.setattr(pool, "QUOTA", tmp_path / "cpu.max")
    assert pool.cores() == 4
    (tmp_path / "cpu.max").write_text(content)
    assert pool.cores() == number


UNSHARE = [shutil.which("unshare") or "unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child"]


@pytest.mark.skipif(
    subprocess.run([*UNSHARE, "true"], capture_output=True, check=False).returncode != 0
    if shutil.which("unshare")
    else True,
    reason="no namespaces of processes here",
)
def test_the_first_process_of_a_container_is_stopped_by_term():
    script = (
        "import os, pathlib, signal, sys, threading, time; from ravine.cli.main import main\n"
        "def stop():\n"
        "    while not pathlib.Path('runs/s/study.json').exists(): time.sleep(0.05)\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "threading.Thread(target=stop, daemon=True).start()\n"
        "sys.exit(main(['problem=ravine', 'training.steps=10000000', 'study=s', 'figures=[]']))"
    )
    done = subprocess.run(
        [*UNSHARE, sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 143, done.stderr
    assert "stopped; runs that have ended are kept" in done.stderr
