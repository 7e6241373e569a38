"""The installed command, as a user meets it: in an empty folder, with a typo, with Ctrl-C."""

import os
import re
import signal
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path

import pytest
import ravine as package
from distributions import describe
from ravine import registry
from ravine.cli import doctor
from ravine.config.presets import conf_folder, presets
from ravine.records.ledger import Ledger

FAST = ["training.steps=20", "dataset.train=500", "dataset.test=200", "network.hidden=[20]"]


def test_one_run_in_an_empty_folder(ravine, tmp_path):
    done = ravine("optimizer=adam", "optimizer.lr=0.01", *FAST)
    assert done.returncode == 0, done.stderr
    (study,) = (tmp_path / "runs").iterdir()
    assert study.name.startswith("optimizer=adam,optimizer.lr=0.01,training.steps=20")
    assert {path.name for path in study.iterdir()} >= {"study.json", "table.csv", "table.txt", "figures"}
    (run,) = (path for path in study.iterdir() if re.fullmatch("[0-9a-f]{12}-[0-9a-f]{8}", path.name))
    assert {path.name for path in run.iterdir()} == {
        "config.yaml",
        "run.json",
        "metrics.npz",
        "weights.last.npz",
        "timing.json",
        "lock",
    }
    assert {path.name for path in (study / "figures").iterdir()} == {"loss_curves.png", "loss_curves.svg"}
    assert (study / "figures" / "loss_curves.png").as_posix() in str(tmp_path / done.stdout.split()[-1])
    assert list(tmp_path.iterdir()) == [tmp_path / "runs"]


def test_a_sweep_and_the_same_command_again(ravine_here, tmp_path):
    command = [
        "-m",
        "optimizer=sgd,momentum,adagrad,rmsprop,adam",
        "seed=range(2)",
        "study=mine",
        "figures=[]",
        *FAST,
    ]
    done = ravine_here(*command)
    assert done.returncode == 0, done.stderr
    assert re.search(r"^adam +2 +\S+ \(\S+ to \S+\) +\S+ \(\S+ to \S+\)", done.stdout, re.MULTILINE)
    study = package.load_study(tmp_path / "runs" / "mine")
    assert len(study.runs) == 10
    assert list(study.groups()) == ["sgd", "momentum", "adagrad", "rmsprop", "adam"]
    first_losses = {
        run.arrays["evaluation.train_loss"][0] for run in study.runs.values() if run.config["seed"] == 0
    }
    assert len(first_losses) == 1  # the same initial weights for every optimizer of a seed
    again = ravine_here(*command)
    assert again.returncode == 0
    assert "[10/10] 10 done before\n" in again.stderr
    assert again.stdout == done.stdout
    more = ravine_here(*(word.replace("range(2)", "range(3)") for word in command))
    assert sum(map(int, re.findall(r"(\d+) done before", more.stderr))) == 10
    assert len(package.load_study(tmp_path / "runs" / "mine").runs) == 15


def test_a_sweep_sets_fields_that_only_the_swept_choices_have(ravine_here):
    done = ravine_here(
        "-m",
        "problem=sphere",
        "optimizer=momentum,nesterov",
        "optimizer.momentum=0.5,0.8",
        "study=mine",
        "figures=[]",
    )
    assert done.returncode == 0, done.stderr
    assert len(package.load_study("runs/mine").runs) == 4


def test_a_command_that_asks_for_no_claims_reports_none(ravine_here, tmp_path):
    command = ["-m", "experiment=optimizer_paths", "study=mine", "figures=[]"]
    assert "supported: SGD keeps no state." in ravine_here(*command).stdout
    done = ravine_here(*command, "claims.0.is=higher")
    assert "not supported: Momentum zigzags less than SGD." in done.stdout
    assert "supported" not in ravine_here(*command, "claims=[]").stdout
    assert not (tmp_path / "runs" / "mine" / "claims.json").exists()


@pytest.mark.filterwarnings("always:.* is not judged")
def test_another_variant_in_the_same_study_leaves_the_claims_to_its_own_runs(ravine_here):
    command = ["-m", "experiment=escape", "figures=[]"]
    first = ravine_here(*command)
    other = ravine_here(*command, "optimizer.lr=0.01,0.02")
    assert "escape: claim 1 is not judged: 2 runs of seed 0 have " in other.stderr
    assert (
        "inconclusive: Momentum, which leaves the local minimum, ends lower than SGD, which stays in it."
        in other.stdout
    )
    again = ravine_here(*command)
    verdicts = [text.splitlines()[-5:] for text in (first.stdout, again.stdout)]
    assert (
        "supported: Momentum, which leaves the local minimum, ends lower than SGD, which stays in it."
        in first.stdout
    )
    assert (
        "supported: Momentum, which leaves the local minimum, ends lower than SGD, which stays in it."
        in again.stdout
    )
    assert verdicts[0][:-2] == verdicts[1][:-2]


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        (["experiment=optimizer_paths"], "optimizer_paths is a sweep of 6 runs"),
        (["experiment=optimizer_paths", "optimizer=sgd", "seed=1"], "optimizer_paths is a sweep of 1 run"),
        (["experiment=random_search"], "random_search is a search"),
    ],
)
def test_one_run_of_an_experiment_that_is_a_sweep_is_told_what_it_leaves_out(ravine_here, typed, kind):
    done = ravine_here(*typed, "figures=[]", "claims=[]", "--dry-run")
    assert done.stderr == (
        f"ravine: {kind}: ravine -m {' '.join(typed)} figures=[] claims=[] --dry-run makes it; "
        "this is one run, without the values of hydra.sweeper.params\n"
    ).replace(" figures=[] claims=[] --dry-run", " 'figures=[]' 'claims=[]' --dry-run")
    assert "1 run: 1 missing" in done.stdout


@pytest.mark.parametrize(
    ("name", "kind"),
    [("optimizers_on_mnist", "a sweep of 30 runs"), ("weight_decay_sweep", "a sweep of 168 runs"),
     ("random_search", "a search"), ("bayesian_search", "a search")],
)  # fmt: skip
def test_claims_on_a_sweep_are_not_judged_of_one_run(ravine_here, tmp_path, name, kind):
    done = ravine_here(f"experiment={name}")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"ravine: {name} is {kind}: ravine -m experiment={name} makes it; its claims and figures are about all of it, "
        "so one run, without the values of hydra.sweeper.params, needs claims=[] and figures=[]\n"
    )
    assert not (tmp_path / "runs").exists()
    with pytest.raises(package.ConfigError, match=f"^{name} is {kind}: ravine -m experiment={name} makes it; "):
        package.run([f"experiment={name}"])


def test_a_run_can_be_run_again_from_its_config(ravine_here, tmp_path):
    assert ravine_here("problem=ravine", "optimizer=adam", "study=first", "figures=[]").returncode == 0
    ((name, first),) = package.load_study("runs/first").runs.items()
    done = ravine_here("--config-path", f"runs/first/{name}", "--config-name", "config", "study=second")
    assert done.returncode == 0, done.stderr
    ((again, second),) = package.load_study("runs/second").runs.items()
    assert again == name
    assert second.arrays["path"].tobytes() == first.arrays["path"].tobytes()


@pytest.mark.long
def test_figures_of_an_old_folder(ravine_here, tmp_path):
    two = ["optimizer=sgd,momentum", "claims=[]", "study=optimizer_paths"]
    assert ravine_here("-m", "experiment=optimizer_paths", *two).returncode == 0
    figures = tmp_path / "runs" / "optimizer_paths" / "figures"
    drawn = {path.name: path.read_bytes() for path in figures.iterdir()}
    for path in figures.iterdir():
        path.unlink()
    (tmp_path / "runs" / "optimizer_paths" / "table.csv").unlink()
    assert ravine_here("figures", "runs/optimizer_paths").returncode == 0
    assert {path.name: path.read_bytes() for path in figures.iterdir()} == drawn
    assert set(drawn) == {"paths.png", "paths.svg", "path_overlay.png", "path_overlay.svg", "race.gif"}
    assert (tmp_path / "runs" / "optimizer_paths" / "table.csv").exists()


@pytest.mark.parametrize(
    ("typed", "status", "text"),
    [
        (
            ["optimizer=adma"],
            2,
            "optimizer=adma: there is no such optimizer; did you mean adamax or adan or adam?",
        ),
        (["-m", "optimizer=sgd,adma"], 2, "optimizer=adma: there is no such optimizer"),
        (["-m", "optimizer.lr=0.1,-1"], 2, "lr = -1.0 is not in [0, inf)\n  in the run optimizer.lr=-1"),
        (
            ["-m", "optimizer=sgd,adam", "optimizer.beta1=0.5"],
            2,
            "optimizer has no field 'beta1'; there are: lr; optimizer=adabelief,adam,adamax and 16 more have it\n  in the run optimizer=sgd optimizer.beta1=0.5",
        ),
        (["-m", "network.hidden[0]=5,6"], 2, "network.hidden[0]=5,6: "),  # which Hydra 1.4 can read
        (["-m", "+hydra.launcher.cores=3"], 2, "hydra.launcher has no field 'cores'; there are none"),
        (
            ["-m", "+hydra.sweeper.parms=3"],
            2,
            "hydra.sweeper has no field 'parms'; did you mean params?",
        ),
        (
            ["-m", "problem=sphere", "hydra.sweeper.max_batch_size=2"],
            2,
            "hydra.sweeper.max_batch_size = 2: ravine does not divide sweeps into batches; workers=N makes",
        ),
        (
            ["-m", "hydra.launcher._target_=builtins.open"],
            2,
            "a launcher is chosen by its name, hydra/launcher=NAME",
        ),
        (
            ["-m", "hydra.launcher._target_=hydra_plugins.ravine_study.StudySweeper"],
            2,
            "a launcher is chosen by its name, hydra/launcher=NAME",
        ),
        (["-m", "seed=interval(1,2)"], 2, "seed=interval(1,2): a grid needs values, seed=1,2 or seed=range(3)"),
        (["--config-dir", "nowhere"], 2, "--config-dir nowhere: no such folder"),
        (["--config-name", "nothing"], 2, "no configuration called 'nothing'"),
        (["--no-such-flag"], 2, "unrecognized arguments: --no-such-flag"),
        (["--experimental-rerun", "x"], 2, "--experimental-rerun is not supported"),
        (
            ["+hydra.callbacks.x._target_=builtins.open"],
            2,
            "a plugin is told of runs by hooks, such as ravine_run_end",
        ),
        (
            ["+values.x._target_=builtins.open"],
            2,
            "values.x: components are chosen by registered name, never by _target_",
        ),
        (["dataset=idx", "dataset.folder=nowhere"], 2, "nowhere: no such folder"),
        (["-m", "dataset=idx", "dataset.folder=nowhere", "seed=1,2"], 2, "nowhere: no such folder"),
        (["dataset.train=60001"], 2, "train = 60001, but there are 60000 examples"),
        (
            ["network=layers", "network.layers=[flatten]"],
            2,
            "outputs have shape (784,), the dataset needs (10,)",
        ),
        (
            ["network.normalization=batch_norm", "training.batch_size=1"],
            2,
            "layer 2.batch_norm learns from batches of 2 examples or more, and training.batch_size = 1",
        ),
        (
            ["-m", "network.normalization=batch_norm", "training.batch_size=2,1"],
            2,
            "layer 2.batch_norm learns from batches of 2 examples or more, and training.batch_size = 1",
        ),
        (
            ["network.normalization=batch_norm", "dataset.train=2", "dataset.validation=0.5"],
            2,
            "layer 2.batch_norm learns from batches of 2 examples or more, and there is 1 training example",
        ),
        (
            ["foo"],
            2,
            "'foo' is neither a setting, key=value, nor a command; there are: again, check, claims, compare, doctor, drop, export, figures, list, new-plugin, play",
        ),
        (["lst"], 2, "did you mean list?"),
        (
            ["--config-dir", "mine", "list"],
            2,
            "'list' comes first, before options and settings, which are for runs: ravine list …",
        ),
        (["-m", "list", "experiment", "--search", "x"], 2, "'list' comes first"),
        (["problem=ravine", "check", "adam", "lr=1"], 2, "'check' comes first"),
        (["-m", "seed=range(0)"], 2, "its grid is empty"),
        (["-m", "study=a,b"], 2, "study cannot be swept: it is one for all runs"),
        (["-m", "workers=1,2"], 2, "workers cannot be swept: it is one for all runs"),
        (["-m", "on_error=stop,continue"], 2, "on_error cannot be swept: it is one for all runs"),
        (
            ["-m", "problem=ravine", "figures=[paths],[race]"],
            2,
            "figures cannot be swept: it is one for all runs",
        ),
        (["-m", "question=a,b"], 2, "question cannot be swept: it is one for all runs"),
        (["-m", "claims=[],[{says:x}]"], 2, "claims cannot be swept: it is one for all runs"),
        (
            ["-m", "experiment=optimizer_paths", "claims.0.is=lower,higher"],
            2,
            "claims.0.is cannot be swept: it is one for all runs",
        ),
        (
            ["-m", "sampler=random,halton"],
            2,
            "sampler belongs to a search: ravine -m hydra/sweeper=search; this is a grid",
        ),
        (
            ["-m", "search.trials=3", "seed=0,1"],
            2,
            "search.trials belongs to a search: ravine -m hydra/sweeper=search",
        ),
        (["-m", "+search.seed=0,1"], 2, "search.seed belongs to a search: ravine -m hydra/sweeper=search"),
        (
            ["-m", "experiment=optimizer_paths,batch_norm"],
            2,
            "experiment cannot be swept: it is one for all runs",
        ),
        (["figures", "nowhere"], 2, "nowhere: not a study"),
        (["table", "nowhere", "--descending"], 2, "--descending needs a column: --sort COLUMN --descending"),
        (
            ["list", "optimizers"],
            2,
            "no kind, component or experiment is named 'optimizers'; did you mean optimizer?",
        ),
        (["list", "optimiser", "adam"], 2, "there is no kind 'optimiser'; did you mean optimizer"),
        (["list", "optimizer", "adma"], 2, "no optimizer is named 'adma'; did you mean adam"),
        (["list", "a", "b", "c"], 2, "a b c: it is a kind, a name, or a kind and a name"),
        (
            ["list", "experiments"],
            2,
            "no kind, component or experiment is named 'experiments'; did you mean experiment?",
        ),
        (
            ["list", "experiment", "optimizer_pths"],
            2,
            "no experiment is named 'optimizer_pths'; did you mean optimizer_paths",
        ),
        (["list", "experiment", "zzz"], 2, "no experiment is named 'zzz'; ravine list has all names"),
        (["check", "experiment"], 2, "no kind or component is named 'experiment'"),
        (["check", "adma"], 2, "no kind or component is named 'adma'; did you mean adam"),
        (["check", "optimizer"], 2, "ravine check optimizer NAME; there are: adabelief, adadelta"),
        (
            ["check", "constant"],
            2,
            "several components are called constant (initializer, schedule): ravine check KIND constant",
        ),
        (
            ["check", "adam", "lr=-1"],
            2,
            "Adam: lr = -1.0 is not in [0, inf): ravine check optimizer adam FIELD=VALUE",
        ),
        (["check", "adam", "rate=1"], 2, "Adam has no field 'rate'; there are: beta1, beta2, eps, lr"),
        (
            ["check", "relu", "--exempt", "is_frozn"],
            2,
            "--exempt is_frozn: relu makes no such promise; did you mean is_frozen",
        ),
        (["check"], 2, "which component? ravine check NAME; ravine list shows all names"),
        (["table"], 2, "error: the following arguments are required: FOLDER, COLUMN=VALUE"),
        (["check", "relu", "--in-shape", "a"], 2, "--in-shape a: it is whole numbers from 1, such as 1,28,28"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_mistake_runs_nothing_and_shows_no_traceback(ravine_here, tmp_path, typed, status, text):
    done = ravine_here(*typed)
    assert done.returncode == status
    assert text in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert done.stdout == ""
    if "usage:" not in done.stderr:
        assert len(done.stderr.strip().splitlines()) <= 2
    assert not (tmp_path / "runs").exists()


EVIL = "{_target_:builtins.open,file:PWNED,mode:w}"
# What a stranger's experiment can write so that an interpolation makes what is refused where it is written.
MADE_BY_INTERPOLATION = {
    "a key": f'hydra: {{sweeper: {{max_batch_size: "${{oc.create:{EVIL}}}"}}}}',
    "a key below params": f'hydra: {{sweeper: {{params: {{optimizer.lr: "${{oc.create:{EVIL}}}"}}}}}}',
    "all params": f'hydra: {{sweeper: {{params: "${{oc.create:{{a:{EVIL}}}}}"}}}}',
    "an item of a list": f'hydra: {{sweeper: {{params: {{optimizer.lr: [1, "${{oc.create:{EVIL}}}"]}}}}}}',
    "text that is read again": f"hydra: {{sweeper: {{max_batch_size: '\\${{oc.create:{EVIL}}}'}}}}",
    "a reference": f'values: {{x: "${{oc.create:{EVIL}}}"}}\nhydra: {{sweeper: {{max_batch_size: "${{values.x}}"}}}}',
    "of the launcher": "defaults: [override /hydra/launcher: slurm]\n"
    f'hydra: {{launcher: {{setup: "${{oc.create:{EVIL}}}"}}}}',
    "the sweeper itself": 'hydra: {sweeper: {_target_: "${oc.decode:builtins.open}"}}',
}  # fmt: skip


@pytest.mark.parametrize("how", [["-m"], ["-m", "--dry-run"]], ids=" ".join)
@pytest.mark.parametrize("evil", MADE_BY_INTERPOLATION)
def test_an_experiment_of_a_strangers_runs_no_code(ravine_here, tmp_path, evil, how):
    file = tmp_path / "mine" / "experiment" / "evil.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(f"# @package _global_\n{MADE_BY_INTERPOLATION[evil]}\n")
    done = ravine_here("--config-dir", "mine", *how, "experiment=evil", "seed=0,1", "training.steps=2")
    assert not (tmp_path / "PWNED").exists()
    assert done.returncode == 2, done.stderr
    assert "hydra." in done.stderr or "there is no ${oc.create:…}" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "runs").exists()


def test_what_an_experiment_sweeps_may_refer_to_a_value(ravine_here, tmp_path):
    """Hydra 1.4 compares the sweeper of every run with that of the sweep, which was resolved."""
    file = tmp_path / "mine" / "experiment" / "seeds.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(
        '# @package _global_\nvalues: {seeds: "3,4"}\nhydra: {sweeper: {params: {seed: "${values.seeds}"}}}\n'
    )
    done = ravine_here("--config-dir", "mine", "-m", "--dry-run", "experiment=seeds")
    assert done.returncode == 0, done.stderr
    assert re.findall(r"seed=\d", done.stdout) == ["seed=3", "seed=4"]


def test_a_sweep_in_python_runs_no_code_of_a_strangers(tmp_path):
    file = tmp_path / "mine" / "experiment" / "evil.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(f"# @package _global_\n{MADE_BY_INTERPOLATION['a key']}\n")
    with pytest.raises(package.ConfigError, match=r"hydra\.sweeper\.max_batch_size"):
        package.sweep(["experiment=evil", "seed=0,1", "training.steps=2"], config_dir="mine")
    assert not (tmp_path / "PWNED").exists()


@pytest.mark.filterwarnings("ignore:extend_list.* is deprecated")
def test_a_sweep_refuses_a_list_that_depends_on_other_overrides():
    with pytest.raises(
        package.ConfigError, match=r"^network\.hidden=extend_list\(5\): "
    ):  # Hydra 1.4 can read it
        package.sweep(["network.hidden=extend_list(5)", "training.steps=2"])
    assert not Path("runs").exists()


def test_the_traceback_is_there_for_who_asks(ravine):
    plain, full = ravine("optimizer=adma"), ravine("optimizer=adma", HYDRA_FULL_ERROR="1")
    assert plain.returncode == full.returncode == 2
    assert "Traceback" not in plain.stderr
    assert "Traceback" in full.stderr


def test_a_diverging_run_does_not_stop_a_sweep(ravine_here):
    done = ravine_here(
        "-m", "problem=ravine", "optimizer.lr=0.1,5", "training.steps=500", "study=mine", "figures=[]"
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"optimizer\.lr=5: diverged at step \d+", done.stderr)
    runs = package.load_study("runs/mine").runs.values()
    assert sorted(run.status for run in runs) == ["completed", "diverged"]


def test_a_broken_file_is_named_with_its_line(ravine_here, tmp_path):
    (tmp_path / "mine" / "experiment").mkdir(parents=True)
    (tmp_path / "mine" / "experiment" / "broken.yaml").write_text("a: [1\nb: 2\n")
    done = ravine_here("--config-dir", "mine", "experiment=broken")
    assert done.returncode == 2
    assert "experiment/broken.yaml, line 2" in done.stderr


def test_a_users_file_comes_before_ours_whether_one_looks_or_runs(ravine_here, tmp_path):
    (tmp_path / "mine" / "optimizer").mkdir(parents=True)
    (tmp_path / "mine" / "optimizer" / "adam.yaml").write_text("name: sgd\nlr: 0.5\n")
    assert "lr: 0.5" in ravine_here("--config-dir", "mine", "--cfg", "job", "optimizer=adam").stdout
    mine = ["--config-dir", "mine", "optimizer=adam", "problem=ravine", "study=mine", "figures=[]"]
    assert ravine_here(*mine).returncode == 0
    (run,) = package.load_study("runs/mine").runs.values()
    assert run.config["optimizer"] == {"name": "sgd", "lr": 0.5}


@pytest.mark.filterwarnings("ignore:.* which is not installed")  # here, where the study is read
def test_failed_runs_are_status_1_and_the_others_are_made(ravine, tmp_path):
    place = tmp_path / "site"
    describe(place, "quits", "1.0", "quits = quits")
    (place / "quits.py").write_text(
        "from dataclasses import dataclass\nfrom ravine import Optimizer, hookimpl\n"
        "@dataclass(frozen=True)\nclass Quits(Optimizer):\n    lr: float = 1.0\n"
        "    def step(self, theta, g, state, *, t, lr): raise SystemExit(0)\n"
        "@hookimpl\ndef ravine_optimizers(): return {'quits': Quits}\n"
    )
    done = ravine("-m", "problem=sphere", "optimizer=quits,sgd", "study=mine", PYTHONPATH=str(place))
    assert done.returncode == 1
    assert "of 2 runs 1 failed" in done.stderr
    assert sorted(run.status for run in package.load_study("runs/mine").runs.values()) == [
        "completed",
        "failed",
    ]


@pytest.mark.long
def test_runs_of_a_launcher_for_many_are_the_same(ravine, tmp_path, monkeypatch, capsys):
    from ravine.cli.main import main
    from ravine.execution import launch

    monkeypatch.setattr(launch, "is_basic", lambda launcher: False)
    assert main(["-m", "problem=sphere", "seed=0,1", "optimizer=sgd,adam"]) == 0
    (folder,) = (tmp_path / "runs").iterdir()
    assert len(package.load_study(folder).runs) == 4
    assert "adam" in capsys.readouterr().out


def test_only_this_commands_runs_decide_its_status(ravine_here, tmp_path):
    assert ravine_here("problem=ravine", "study=mine", "figures=[]").returncode == 0
    for record in (tmp_path / "runs" / "mine").glob("*/run.json"):
        record.unlink()
    assert ravine_here("problem=sphere", "study=mine", "figures=[]").returncode == 0
    assert ravine_here("figures", "runs/mine").returncode == 0


EXPERIMENTS = conf_folder() / "experiment"


def listed():
    """How many components there are, presets of them, and experiments."""
    loaded = package.registry.load()
    named = [preset for preset in presets(loaded) if preset.of]
    return len(list(loaded)) + len(named) + len(list(EXPERIMENTS.glob("*.yaml")))


def test_a_narrow_alphabet_costs_letters_not_the_list(ravine):
    done = ravine("list", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 1 + listed()


def test_looking_without_running(ravine_here, tmp_path):
    help_text = ravine_here("--help").stdout
    assert re.search("^optimizer: .*adagrad, .*adam, .*sgd", help_text, re.MULTILINE)
    assert "optimizer_paths, optimizers_by_depth, optimizers_on_mnist" in help_text
    assert "lr: 0.01" in help_text
    job = ravine_here("--cfg", "job", "optimizer=adam", "problem=beale").stdout
    assert "beta1: 0.9" in job
    assert "dataset" not in job
    assert ravine_here("--version").stdout == f"ravine {metadata.version('ravine')}\n"
    assert not list(tmp_path.iterdir())


def test_list_has_every_component(ravine_here):
    lines = ravine_here("list").stdout.splitlines()
    assert len(lines) == 1 + listed()
    (adam,) = (line for line in lines if line.split()[:2] == ["optimizer", "adam"])
    assert "ravine 0." in adam
    assert "Adam: moving averages" in adam
    surfaces = [entry for entry in package.registry.load() if entry.kind == "surface"]
    assert len(ravine_here("list", "surface").stdout.splitlines()) == 1 + len(surfaces)
    ours = [line.split() for line in lines[1:] if not re.search(" ravine-optuna 0", line)]
    assert [line.split() for line in ravine_here("list", "--from", "ravine").stdout.splitlines()[1:]] == ours
    assert ravine_here("list", "--from", "another").returncode == 2
    found = ravine_here("list", "optimizer", "--search", "MOMENTUM").stdout.splitlines()[1:]
    assert {"momentum", "nesterov"} <= {line.split()[1] for line in found}
    assert "adagrad" not in {line.split()[1] for line in found}
    assert all("momentum" in line.lower() for line in found)


def test_every_kind_has_cards():
    assert package.registry.KINDS.keys() == {entry.kind for entry in package.registry.load()}


def test_list_shows_the_card_of_one(ravine):
    card = ravine("list", "optimizer", "adam").stdout
    assert card == ravine("list", "adam").stdout
    assert card.startswith("optimizer adam, of ravine 0.")
    assert "chosen with  optimizer=adam\n" in card
    assert re.search(r"^  beta2  float  = 0.999$", card, re.MULTILINE)
    assert "slots m, v; sees block\n" in card
    assert "slots average; sees block; is evaluated elsewhere\n" in ravine("list", "ema").stdout
    assert "slots (none); sees all; asks for rng\n" in ravine("list", "gradient_noise").stdout
    assert "Kingma and Ba 2015" in card
    assert card.rstrip().endswith("optimizers/adam.py")
    both = ravine("list", "constant").stdout
    assert "initializer constant, of" in both
    assert "schedule constant, of" in both


def test_list_has_every_experiment_with_its_question(ravine_here):
    rows = ravine_here("list", "experiment").stdout.splitlines()[1:]
    assert [row.split()[1] for row in rows] == sorted(file.stem for file in EXPERIMENTS.glob("*.yaml"))
    (paths,) = (row for row in rows if row.split()[1] == "optimizer_paths")
    assert re.fullmatch(
        r"experiment +optimizer_paths +ravine 0\.\S+ +How do the six optimizers come down a narrow valley\? "
        r"\(Deep Learning from Scratch, section 6\.1\)",
        paths,
    )
    # Its source tells one of the chapter from one of a paper.
    sources = {row.split()[1]: re.search(r"\(([^()]*(?:\([^()]*\))?[^()]*)\)$", row)[1] for row in rows}
    papers = {name for name, source in sources.items() if re.match(r"\S.* (19|20)\d\d, ", source)}
    assert {source.partition(",")[0] for name, source in sources.items() if name not in papers} == {
        "Deep Learning from Scratch"
    }
    assert sources["mnist1d"].startswith("Greydanus and Kobak 2020, ")
    everything = [line.split() for line in ravine_here("list").stdout.splitlines()]
    assert everything[-len(rows) :] == [row.split() for row in rows]
    found = ravine_here("list", "--search", "inertia").stdout.splitlines()[1:]
    assert {"adam_on_ravine", "escape", "momentum_on_ravine"} <= {row.split()[1] for row in found}


def test_list_shows_the_card_of_an_experiment(ravine_here):
    card = ravine_here("list", "experiment", "escape").stdout
    assert card == ravine_here("list", "escape").stdout
    assert card.startswith("experiment escape, of ravine 0.")
    assert "\n\nchosen with  -m experiment=escape\n\n" in card
    file = EXPERIMENTS / "escape.yaml"
    assert file.read_text() in card
    assert card.rstrip().endswith(str(file))


def test_check_tells_which_promises_are_kept(ravine):
    done = ravine("check", "optimizer", "adam", "beta1=0.5")
    assert done.returncode == 0
    assert done.stdout.startswith("optimizer Adam(lr=0.001, beta1=0.5, ")
    assert "kept  spares_the_gradient " in done.stdout
    assert re.search(r"^\d\d promises, none broken$", done.stdout, re.MULTILINE)
    assert ravine("check", "affine", "units=3", "--in-shape", "7").returncode == 0
    exempt = ravine("check", "relu", "--exempt", "is_frozen", "--exempt", "spares_its_input")
    assert re.search(r"^exempt +is_frozen$", exempt.stdout, re.MULTILINE)
    assert "none broken, 2 exempt\n" in exempt.stdout


def test_check_of_a_preset_is_of_its_component_with_the_fields_that_it_sets(ravine_here):
    done = ravine_here("check", "normal_001")
    assert done.returncode == 0
    assert done.stdout.startswith(
        "normal_001 is a preset of normal: initializer Normal(std=0.01), of ravine 0."
    )
    assert (
        "initializer Normal(std=0.5), of" in ravine_here("check", "initializer", "normal_001", "std=0.5").stdout
    )
    assert ravine_here("check", "normal_001", "sdt=1").returncode == 2


def test_a_study_without_a_run_that_has_ended_has_no_table_and_no_figures(ravine_here, tmp_path):
    Ledger("ravine", [], [], ["0123456789ab-01234567"]).write(tmp_path / "runs" / "s")
    done = ravine_here("figures", "runs/s")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "ravine: runs/s: no run has ended; ravine status runs/s says more, and ravine figures runs/s --unfinished "
        "draws those that go on or were stopped\n"
    )
    assert {path.name for path in (tmp_path / "runs" / "s").iterdir()} == {"study.json", "lock"}


@pytest.mark.parametrize("place", ["runs", "runs/s"])
def test_a_file_where_a_folder_should_be_is_one_line(ravine_here, tmp_path, place):
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).touch()
    done = ravine_here("problem=sphere", "study=s")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"ravine: runs/s/lock cannot be written: {place} is not a folder\n"
    assert ravine_here("status", "runs/s").stderr == "ravine: runs/s: not a study (it has no study.json)\n"


def test_a_folder_where_a_file_should_be_is_one_line(ravine_here, tmp_path):
    (tmp_path / "runs" / "s" / "study.json").mkdir(parents=True)
    for words in (["status", "runs/s"], ["problem=sphere", "study=s"]):
        done = ravine_here(*words)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == "ravine: runs/s/study.json: Is a directory\n"


def test_doctor_has_nothing_to_say_where_all_is_well(ravine):
    done = ravine("doctor")
    assert done.returncode == 0
    assert re.search(
        r"^ravine 0\S+ +\(\d+ built-in\) +loaded +\d+ components of 19 kinds$", done.stdout, re.MULTILINE
    )
    assert done.stdout.endswith("\nnothing is left out\n")
    assert re.search(
        r"^\d+ of \d+ rules and layers are fused in long runs \(llvmlite \S+\); NumPy runs adafactor, ",
        done.stdout,
        re.MULTILINE,
    )
    for name in ("hydra-core", "omegaconf"):
        assert f", {name} {metadata.version(name)}, " in done.stdout.splitlines()[0]


@pytest.mark.parametrize(
    ("package", "says"),
    [
        (
            "raise OSError('libLLVM.so: no such file')",
            "llvmlite cannot be used: OSError: libLLVM.so: no such file",
        ),
        ("__version__ = '0.43.0'", "llvmlite 0.43.0 is older than 0.45"),
        ("", "llvmlite cannot be used: AttributeError: module 'llvmlite' has no attribute '__version__'"),
    ],
)
def test_doctor_says_of_a_compiler_that_cannot_be_used_what_is_wrong(ravine, tmp_path, package, says):
    (tmp_path / "llvmlite").mkdir()
    (tmp_path / "llvmlite" / "__init__.py").write_text(f"{package}\n")
    done = ravine("doctor", PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stderr) == (1, "")
    *_, loops, empty, problem = done.stdout.splitlines()
    assert loops.startswith("NumPy runs all rules and layers; with ")
    assert empty == ""
    cure = "pip install --force-reinstall 'ravine[fast]', or pip uninstall llvmlite"
    assert problem == f"{says}; long runs are slower; {cure}"


def test_doctor_takes_a_compiler_that_is_no_installed_package(monkeypatch):
    monkeypatch.setattr(doctor, "version", lambda name: None)
    assert " in long runs (llvmlite); NumPy runs " in " ".join(str(doctor.report(registry.load())).split())


def test_another_antlr_than_hydras_is_one_line(ravine, tmp_path):
    """It stops the import of OmegaConf 2.3, and every command with it."""
    (tmp_path / "omegaconf.py").write_text(
        "raise Exception('Could not deserialize ATN with version 3 (expected 4).')\n"
    )
    done = ravine("doctor", PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith(
        "ravine: Hydra 1.3 needs antlr4-python3-runtime 4.9, and another version is installed: "
    )


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


@pytest.mark.parametrize("sent", [signal.SIGINT])
def test_ctrl_c_stops_at_once_and_leaves_whole_files(ravine_here, tmp_path, sent):
    words = ["-m", "seed=0,1,2", "study=mine", "training.steps=400", "dataset.test=100",
             "training.evaluation_samples=100", "figures=[]"]  # fmt: skip
    command = [Path(sys.executable).parent / "ravine", *words]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        # Where runs are slow, lines before it say how far the first one is.
        line = next(line for line in process.stderr if not line.startswith("[0/3] seed="))
        assert line.startswith("[1/3] seed="), line
        time.sleep(0.2)
        begin = time.monotonic()
        process.send_signal(sent)
        _, errors = process.communicate(timeout=20)
        took = time.monotonic() - begin
    assert process.returncode == 130
    assert took < 10  # a stop, not the end of the sweep; the promise of two seconds is measured by hand
    assert "and the same command makes the others" in errors
    assert "Traceback" not in errors
    study = package.load_study(tmp_path / "runs" / "mine")
    assert 1 <= len(study.runs) < 3
    assert not [path for path in (tmp_path / "runs").rglob(".*")]
    again = ravine_here(*words)
    assert again.returncode == 0
    assert f"{len(study.runs)} done before\n" in again.stderr


def test_a_killed_run_leaves_nothing_that_counts(ravine, tmp_path):
    command = [Path(sys.executable).parent / "ravine", "seed=0", "study=mine", "training.epochs=50"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        while not (tmp_path / "runs" / "mine" / "study.json").exists():
            time.sleep(0.02)
            assert process.poll() is None
        process.kill()
    study = package.load_study(tmp_path / "runs" / "mine")
    assert (len(study.runs), len(study.missing)) == (0, 1)


def test_a_closed_pipe_is_no_error(tmp_path):
    command = f"{Path(sys.executable).parent / 'ravine'} list | head -1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("kind")
    assert done.stderr == ""


def test_a_broken_plugin_is_one_line_on_the_command_line(ravine, tmp_path):
    place = tmp_path / "site"
    describe(place, "bad", "1.0", "bad = bad")
    (place / "bad.py").write_text("import nothing_of_that_name")
    done = ravine("problem=sphere", "figures=[]", PYTHONPATH=str(place))
    assert done.returncode == 0
    warned = [line for line in done.stderr.splitlines() if "warning" in line]
    assert warned == [
        "ravine: warning: plugin bad of bad 1.0 is left out: "
        f"ModuleNotFoundError: No module named 'nothing_of_that_name' ({place / 'bad.py'}:1)"
    ]


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
    assert re.search(r"\r\x1b\[K[█░]{20} \[0/1\] step \d+/600  loss \S+  0:\d\d left  training", text)


@pytest.mark.parametrize("mode", [[], ["--dry-run"]])
def test_a_network_that_no_memory_can_hold_is_one_line(ravine_here, mode):
    done = ravine_here("network.hidden=[10_000_000_000]".replace("_", ""), "dataset=gaussian", *mode)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("ravine: there is not enough memory: Unable to allocate ")
    assert not Path("runs").exists()
