"""One study, four ways: on one core, on all cores, on a Ray cluster of two nodes, and by Slurm's commands.

Slurm is a shim of its commands for one machine, in ``tests/execution/slurm``; submitit and Ray are the real ones.
"""

import functools
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import pytest
import ravine as package
from distributions import describe
from documentation import ROOT
from ravine.records.files import sha256

pytestmark = pytest.mark.long

BIN = Path(sys.executable).parent
SHIM = Path(__file__).parent / "slurm"
PAGE = (ROOT / "docs" / "machines.md").read_text()

STUDY = ["-m", "experiment=optimizers_on_mnist", "optimizer=sgd,adam", "seed=range(2)", "dataset.train=1000",
         "dataset.test=200", "network.hidden=[30,30]", "network.normalization=batch_norm", "network.dropout=0.2",
         "training.steps=60", "study=s"]  # fmt: skip
LONG = ["-m", "optimizer=sgd,adam", "seed=0", "dataset.train=1500", "dataset.test=200", "network.hidden=[100,100]",
        "network.dropout=0.2", "training.epochs=40", "checkpoint_seconds=0", "figures=[]", "study=s"]  # fmt: skip

# Components for what goes wrong, and for two runs that end only if both go on at the same time.
MORTAL = """
import os, signal, time
from dataclasses import dataclass
from pathlib import Path
from ravine import Optimizer, hookimpl
@dataclass(frozen=True)
class Raises(Optimizer):
    lr: float = 1.0
    def step(self, theta, g, state, *, t, lr): raise RuntimeError("out of luck")
@dataclass(frozen=True)
class Dies(Optimizer):
    lr: float = 1.0
    def step(self, theta, g, state, *, t, lr): os.kill(os.getpid(), signal.SIGKILL)
@dataclass(frozen=True)
class Orphans(Optimizer):
    lr: float = 1.0
    def step(self, theta, g, state, *, t, lr):
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(60)
@dataclass(frozen=True)
class Meets(Optimizer):
    lr: float = 1.0
    def step(self, theta, g, state, *, t, lr):
        place = Path(__file__).parent / "met"
        place.mkdir(exist_ok=True)
        (place / str(os.getpid())).touch()
        until = time.monotonic() + 40
        while len(list(place.iterdir())) < 2:
            if time.monotonic() > until: raise TimeoutError("nobody came")
            time.sleep(0.02)
@hookimpl
def ravine_optimizers(): return {"raises": Raises, "dies": Dies, "orphans": Orphans, "meets": Meets}
"""


@pytest.fixture(scope="module")
def site():
    """A plugin on the path of every node."""
    with tempfile.TemporaryDirectory() as folder:
        describe(Path(folder), "mortal", "1.0", "mortal = mortal")
        Path(folder, "mortal.py").write_text(MORTAL)
        yield folder


def free_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]


@pytest.fixture(scope="module")
def cluster(site):
    """A Ray cluster of two nodes with a core each."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="ray-") as folder:  # sockets' paths are short
        here, port = "127.0.0.1", free_port()
        environment = os.environ | {"PYTHONPATH": site, "RAY_USAGE_STATS_ENABLED": "0"}
        environment["RAVINE_CACHE"] = f"{folder}/cache"
        shared = ["--block", "--num-cpus=1", "--object-store-memory=80000000", f"--node-ip-address={here}"]
        head = ["--head", f"--port={port}", f"--temp-dir={folder}", f"--ray-client-server-port={free_port()}"]
        nodes = []
        try:
            for role in ([*head, "--include-dashboard=false"], [f"--address={here}:{port}"]):
                node = subprocess.Popen(
                    [BIN / "ray", "start", *role, *shared],
                    env=environment,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    start_new_session=True,
                )
                nodes.append(node)
                printed = []
                while "Ray runtime started" not in (line := node.stdout.readline()):
                    printed.append(line)
                    assert line, "".join(printed)
            yield f"{here}:{port}"
        finally:
            for node in reversed(nodes):
                node.terminate()  # and with it what it has started
            for node in nodes:
                node.communicate(timeout=60)


def wait_for(what, seconds=60):
    until = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < until
        time.sleep(0.02)
    return found


def queued(folder):
    """States of Slurm's tasks that have not ended."""
    states = [path.read_text().strip() for path in folder.glob("queue/*/*") if path.name.isdecimal()]
    return [state for state in states if state not in ("COMPLETED", "FAILED")]


WAYS = {
    "all cores": [],
    "Ray": ["hydra/launcher=ray_cluster"],
    "Slurm": ["hydra/launcher=slurm"],
}
NEEDS = {"Ray": ("hydra_ray_launcher", "ravine[ray]"), "Slurm": ("hydra_submitit_launcher", "ravine[slurm]")}


@pytest.fixture
def start(request, tmp_path, site):
    """Start the command on one of the ways, in a folder of that name."""

    def start(way, *words, command=BIN / "ravine", **more):
        if way in NEEDS:
            module, extra = NEEDS[way]
            if find_spec(f"hydra_plugins.{module}") is None:
                pytest.skip(f"pip install '{extra}'")
        environment = os.environ | {"PYTHONPATH": site}
        if way == "Ray":
            environment["RAY_ADDRESS"] = request.getfixturevalue("cluster")
        if way == "Slurm":
            environment |= {"SLURM_SHIM": str(tmp_path / "queue"), "PATH": f"{SHIM}:{os.environ['PATH']}"}
        place = tmp_path / way.replace(" ", "_")
        place.mkdir(exist_ok=True)
        process = subprocess.Popen(
            [command, *words, *WAYS[way]],
            cwd=place,
            env=environment | more,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    started = []
    yield start
    for process in started:
        process.kill()
        process.communicate()
    wait_for(lambda: not queued(tmp_path))  # before their folder goes


@pytest.fixture
def run(start):
    def run(way, *words, **more):
        process = start(way, *words, **more)
        out, err = process.communicate(timeout=120)
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    return run


def hashes(study):
    """SHA-256 of what a study and its runs say, by file name; seconds are measured and left out."""
    lines = (study / "table.csv").read_bytes().splitlines()
    assert lines[0].endswith(b",seconds")
    found = {"table.csv": sha256(b"\n".join(line.rpartition(b",")[0] for line in lines))}
    for name in ("config.yaml", "metrics.npz", "run.json"):
        files = sorted(study.glob(f"*/{name}"))
        found[name] = sha256(b"".join(path.parent.name.encode() + path.read_bytes() for path in files))
    return found


@functools.cache
def on_one_core(*words):
    """What a study is, made in one process one run after the other."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [BIN / "ravine", *words, "workers=1"], cwd=folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return hashes(Path(folder, "runs", "s"))


@pytest.mark.parametrize("way", WAYS)
def test_a_study_is_the_same_however_it_is_made(way, run, tmp_path, capsys):
    expected = on_one_core(*STUDY)
    done = run(way, *STUDY)
    assert done.returncode == 0, done.stderr
    study = tmp_path / way.replace(" ", "_") / "runs" / "s"
    found = hashes(study)
    with capsys.disabled():
        for name in expected:
            print(f"\n{name:12} one core {expected[name][:16]}  {way} {found[name][:16]}", end="")
        print()
    assert found == expected
    assert len(list(study.glob("*/run.json"))) == 4

    stamps = {path: path.stat().st_mtime_ns for path in study.glob("*/run.json")}
    nowhere = {"RAY_ADDRESS": "127.0.0.1:1", "PATH": "/usr/bin:/bin"}  # there is nobody who could make a run
    again = run(way, *STUDY, **nowhere)
    assert again.returncode == 0, again.stderr
    assert "4 done before" in again.stderr
    assert stamps == {path: path.stat().st_mtime_ns for path in study.glob("*/run.json")}
    assert hashes(study) == expected

    if way != "all cores":
        more = run(way, *[word.replace("range(2)", "range(3)") for word in STUDY])
        assert more.returncode == 0, more.stderr
        assert "2 runs go to " in more.stderr
        assert len(list(study.glob("*/run.json"))) == 6


@pytest.mark.filterwarnings("ignore:.* which is not installed")  # here, where the study is read
@pytest.mark.parametrize("way", ["Ray", "Slurm"])
def test_jobs_that_fail_or_die_take_no_other_with_them(way, run, tmp_path):
    words = [
        "-m",
        "problem=sphere",
        "optimizer=dies,raises,sgd,adam",
        "figures=[]",
        "study=s",
        "training.steps=5",
    ]
    for _ in range(2):
        done = run(way, *words)
        assert done.returncode == 1
        assert "optimizer=dies: not made: the process that made it was killed by SIGKILL" in done.stderr
        assert re.search(
            r"optimizer=raises: failed: .*Raises of plugin .*: RuntimeError: out of luck \(", done.stderr
        )
        assert "of 4 runs 1 failed and 1 did not end; the same command makes them again" in done.stderr
        assert "Traceback" not in done.stderr
        study = package.load_study(tmp_path / way / "runs" / "s")
        assert sorted((run.config["optimizer"]["name"], run.status) for run in study.runs.values()) == [
            ("adam", "completed"), ("raises", "failed"), ("sgd", "completed"),
        ]  # fmt: skip
        assert ",dies,missing," in (study.folder / "table.csv").read_text()
    assert "2 done before" in done.stderr
    assert "2 runs go to " in done.stderr


@pytest.mark.parametrize("way", ["Ray", "Slurm"])
def test_a_job_whose_own_process_is_killed_takes_no_other_with_it(way, run, tmp_path):
    """The launcher hears of no other then, and is sent those that are left."""
    words = ["-m", "problem=sphere", "optimizer=orphans,sgd,adam", "figures=[]", "study=s"]
    retries = ["hydra.launcher.ray.remote.max_retries=0"] if way == "Ray" else []
    done = run(way, *words, "training.steps=5", *retries)
    assert done.returncode == 1, done.stderr
    gone = "WorkerCrashedError: " if way == "Ray" else "UncompletedJobError: "
    assert f"optimizer=orphans: not made: {gone}" in done.stderr, done.stderr
    assert "of 3 runs 1 did not end" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(list((tmp_path / way / "runs" / "s").glob("*/run.json"))) == 2


@pytest.mark.parametrize("way", ["Ray", "Slurm"])
def test_a_script_launches_again_and_again(way, start, tmp_path):
    """What comes back from jobs is unpickled, which must not change the types of the next sweep."""
    script = tmp_path / "twice.py"
    script.write_text(
        "import sys, ravine\n"
        "for seed in (0, 1):\n"
        "    ravine.sweep(['problem=sphere', f'seed={seed},{seed + 2}', 'figures=[]', 'study=s', *sys.argv[1:]])\n"
        "assert len(ravine.load_study('runs/s').runs) == 4\n"
    )
    process = start(way, script, command=sys.executable)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err


def test_without_slurm_one_line_says_so(run):
    done = run("Slurm", "-m", "problem=sphere", "seed=0,1", "figures=[]", PATH="/usr/bin:/bin")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert 'ravine: warning: SlurmLauncher stopped: RuntimeError: Could not detect "srun"' in done.stderr
    assert done.stderr.count("runs go to") == 1


def test_runs_of_ray_go_on_side_by_side_on_two_nodes(run):
    """Each node has one core, and each of the two runs waits for the other."""
    done = run("Ray", "-m", "problem=sphere", "optimizer=meets", "training.steps=1", "seed=0,1", "figures=[]")
    assert done.returncode == 0, done.stderr


def test_a_slurm_job_whose_time_is_up_is_queued_again_and_goes_on(start, tmp_path):
    expected = on_one_core(*LONG)
    process = start("Slurm", *LONG)
    study = tmp_path / "Slurm" / "runs" / "s"
    wait_for(lambda: len(list(study.glob("*/checkpoint"))) == 2)
    told = [int(path.read_text()) for path in tmp_path.glob("queue/1/*.pid")]
    assert told
    script = (tmp_path / "queue" / "1" / "script").read_text()
    name = re.search(r"^#SBATCH --signal=(\w+)@30$", script, re.MULTILINE).group(1)
    for pid in told:
        os.kill(pid, signal.Signals[f"SIG{name}"])
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    logs = "".join(path.read_text() for path in tmp_path.glob("Slurm/.submitit/*/*.out"))
    assert logs.count("Requeued job") == len(told), logs
    assert {int(path.read_text()) for path in tmp_path.glob("queue/1/*.pid")}.isdisjoint(told)
    assert hashes(study) == expected


@pytest.mark.parametrize("way", ["Ray", "Slurm"])
def test_ctrl_c_loses_nothing(way, start, run, tmp_path):
    expected = on_one_core(*LONG)
    process = start(way, *LONG)
    study = tmp_path / way / "runs" / "s"
    wait_for(lambda: list(study.glob("*/checkpoint")))
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "and the same command makes the others" in err
    assert "jobs that are queued may go on" in err
    assert "Traceback" not in err
    assert (study / "table.csv").exists()
    done = run(way, *LONG)
    assert done.returncode == 0, done.stderr
    assert hashes(study) == expected


def test_a_search_that_learns_is_the_same_by_slurm(run, tmp_path):
    pytest.importorskip("ravine_optuna", reason="needs ravine-optuna")
    words = ["-m", "hydra/sweeper=search", "sampler=tpe", "sampler.startup=1", "search.trials=3", "search.batch=2",
             "problem=sphere", "optimizer.lr=interval(0.1,0.9)", "training.steps=5", "figures=[]", "study=s"]  # fmt: skip
    expected = on_one_core(*words)
    done = run("Slurm", *words)
    assert done.returncode == 0, done.stderr
    assert "2 runs go to SlurmLauncher" in done.stderr
    assert "1 run goes to SlurmLauncher" in done.stderr
    assert "[3/3] " in done.stderr
    assert hashes(tmp_path / "Slurm" / "runs" / "s") == expected
    again = run("Slurm", *words, PATH="/usr/bin:/bin")
    assert (again.returncode, "go to" in again.stderr) == (0, False)


def test_a_ray_cluster_that_does_not_answer_is_told_at_once(run):
    begin = time.monotonic()
    done = run("Ray", "-m", "problem=sphere", "seed=0,1", "figures=[]", RAY_ADDRESS="127.0.0.1:1")
    assert done.returncode == 1
    assert "RayLauncher stopped: ConnectionError: no Ray cluster answers at 127.0.0.1:1: " in done.stderr
    assert done.stderr.count("\n") == 3
    assert time.monotonic() - begin < 20


def test_jobs_with_other_versions_make_nothing(run, tmp_path):
    other = tmp_path / "other"
    describe(other, "mortal", "2.0", "mortal = mortal")
    (other / "mortal.py").write_text(MORTAL.replace("out of luck", "of course"))
    there = f"""hydra.launcher.setup=["export PYTHONPATH='{other}'"]"""
    done = run("Slurm", "-m", "problem=sphere", "optimizer=raises", "seed=0,1", "figures=[]", "study=s", there)
    assert done.returncode == 1, done.stderr
    assert done.stderr.count(f"versions or data on {socket.gethostname()} differ from those of the") == 2
    assert not list((tmp_path / "Slurm" / "runs" / "s").glob("*/run.json"))


@pytest.mark.parametrize("way", ["Ray", "Slurm"])
def test_the_command_of_the_page_runs(way, run, tmp_path):
    (line,) = re.findall(rf"^ravine -m {WAYS[way][0]} .*$", PAGE, re.MULTILINE)
    words = [word.replace("NAME", "short") for word in line.split()[1:] if word not in WAYS[way]]
    less = ["optimizer=sgd", "seed=0", "training.steps=5", "dataset.train=200", "dataset.test=50", "figures=[]"]
    done = run(way, *words, *less)
    assert done.returncode == 0, done.stderr
    assert len(list(tmp_path.glob(f"{way}/runs/*/*/run.json"))) == 1
