"""Many commands in one process beside the tests', which imports everything once."""

import json
import subprocess
import sys

SCRIPT = """
import contextlib, io, json, os, shlex, sys
from pathlib import Path
from ravine.cli.main import main

def status(line):
    os.environ["HYDRA_FULL_ERROR"] = "0"  # the command before this one has set it
    return main(shlex.split(line)[1:])

done = {}
for name, lines in json.load(sys.stdin).items():
    Path(name).mkdir()
    with contextlib.chdir(name), contextlib.redirect_stdout(io.StringIO()) as out:
        with contextlib.redirect_stderr(io.StringIO()) as err:
            codes = [status(line) for line in lines]
    done[name] = {"codes": codes, "out": out.getvalue(), "err": err.getvalue()}
json.dump(done, sys.stdout)
"""


def run_all(lines, folder, environment):
    """Run the lines of every name in an empty folder of that name: status of each, and what all of them print."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=folder,
        env=environment,
        input=json.dumps(lines),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
