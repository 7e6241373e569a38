"""Looking: help, configuration and version are printed, and nothing is run or drawn."""

import re
import subprocess
import sys
from importlib import metadata

import ravine as package
from ravine.cli.commands import WORDS


def test_looking_without_running(ravine_here, tmp_path):
    help_text = ravine_here("--help").stdout
    assert re.search("^optimizer: .*adagrad, .*adam, .*sgd", help_text, re.MULTILINE)
    assert "optimizer_paths, optimizers_by_depth, optimizers_on_mnist" in help_text
    assert "lr: 0.01" in help_text
    assert set(WORDS) | {"again"} <= set(re.findall(r"\bravine ([a-z-]+) ?", help_text))
    job = ravine_here("--cfg", "job", "optimizer=adam", "problem=beale").stdout
    assert "beta1: 0.9" in job
    assert "dataset" not in job
    assert ravine_here("--version").stdout == f"ravine {metadata.version('ravine')}\n"
    assert not list(tmp_path.iterdir())


def test_looking_imports_no_drawing():
    """Matplotlib costs seconds; only drawing pays."""
    for arguments in (["--help"], ["list"]):
        script = (
            "import sys; from ravine.cli.main import main; status = main(sys.argv[1:]); "
            "sys.exit(status or any(name.startswith('matplotlib') for name in sys.modules))"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def test_a_users_file_comes_before_ours_whether_one_looks_or_runs(ravine_here, tmp_path):
    (tmp_path / "mine" / "optimizer").mkdir(parents=True)
    (tmp_path / "mine" / "optimizer" / "adam.yaml").write_text("name: sgd\nlr: 0.5\n")
    assert "lr: 0.5" in ravine_here("--config-dir", "mine", "--cfg", "job", "optimizer=adam").stdout
    mine = ["--config-dir", "mine", "optimizer=adam", "problem=ravine", "study=mine", "figures=[]"]
    assert ravine_here(*mine).returncode == 0
    (run,) = package.load_study("runs/mine").runs.values()
    assert run.config["optimizer"] == {"name": "sgd", "lr": 0.5}
