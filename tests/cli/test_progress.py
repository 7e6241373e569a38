"""Progress: a bar on a terminal, and plain lines elsewhere."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest


def test_progress_is_plain_lines_without_a_terminal(ravine):
    done = ravine("problem=sphere", "figures=[]")
    assert done.stderr == "[1/1] problem=sphere figures=[]: value 48.2\n"


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
def test_progress_is_a_bar_on_a_terminal(tmp_path):
    import pty

    ours, theirs = pty.openpty()
    command = [Path(sys.executable).parent / "ravine", "training.steps=600", "dataset.test=100", "figures=[]"]
    with subprocess.Popen(command, stderr=theirs, stdout=subprocess.DEVNULL) as process:
        os.close(theirs)
        seen = b""
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:
                break
            if not part:
                break
            seen += part
    os.close(ours)
    text = seen.decode()
    assert process.returncode == 0
    # Whether a run takes long enough for a word on the time that is left depends on the machine.
    assert re.search(r"\r\x1b\[K[█░]{20} \[0/1\] step \d+/600  loss \S+  (0:\d\d left  )?training", text)
