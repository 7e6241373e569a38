"""A folder that somebody else holds, and file systems that have less than others."""

import errno
import os
import signal
import subprocess
import sys

import pytest
import ravine
from ravine.records import locks
from ravine.records.files import write_atomically
from ravine.records.locks import is_locked, locked

HOLD = """
import sys
from pathlib import Path
from ravine.records.locks import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.mark.skipif(not os.path.exists("/proc/locks"), reason="nothing says who holds a file here")
def test_who_holds_a_folder_is_told_after_a_moment(tmp_path, monkeypatch):
    monkeypatch.setattr(locks, "_PATIENCE", 0.2)
    with subprocess.Popen([sys.executable, "-c", HOLD, tmp_path], stdin=-1, stdout=-1, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        holder.send_signal(signal.SIGSTOP)
        os.waitpid(holder.pid, os.WUNTRACED)
        told = []

        def tell(message, *rest, **named):
            told.append(str(message))
            holder.send_signal(signal.SIGCONT)
            holder.stdin.close()

        try:
            monkeypatch.setattr(locks, "warn", tell)
            with locked(tmp_path):
                assert is_locked(tmp_path)
        finally:
            # One that is stopped would be waited for without end.
            holder.kill()
    assert told == [f"{tmp_path} is held by process {holder.pid}, which is stopped; it is waited for"]


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_is_told_and_used(tmp_path, monkeypatch, code):
    def no_locks(*_, **__):
        raise OSError(code, os.strerror(code))

    fcntl = pytest.importorskip("fcntl")
    monkeypatch.setattr(fcntl, "flock", no_locks)
    says = r"^this file system has no locks: two commands at once can make a run twice$"
    with pytest.warns(UserWarning, match=says):
        study = ravine.sweep(["problem=sphere", "training.steps=2", "figures=[]", "study=s"], root=tmp_path)
    assert [study.status(run) for run in study.runs] == ["completed"]


def test_a_file_system_without_modes_is_used(tmp_path, monkeypatch):
    def no_modes(*_, **__):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "chmod", no_modes)
    write_atomically(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"


@pytest.mark.parametrize("call", ["open", "fsync"])
def test_a_file_system_that_flushes_no_folders_is_used(tmp_path, monkeypatch, call):
    real = getattr(os, call)

    def refuses(what, *rest):
        if os.path.isdir(what) if call == "open" else os.path.isdir(f"/proc/self/fd/{what}"):
            raise OSError(errno.EACCES if call == "open" else errno.EINVAL, "Invalid argument")
        return real(what, *rest)

    monkeypatch.setattr(os, call, refuses)
    write_atomically(tmp_path / "deep" / "file", b"new")
    assert (tmp_path / "deep" / "file").read_bytes() == b"new"
