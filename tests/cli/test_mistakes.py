"""Mistakes: each is a line that says what is wrong, and nothing is run."""

from pathlib import Path

import pytest
import ravine as package
from distributions import describe


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
        (["--no-such-flag"], 2, "ravine: there is no option --no-such-flag; "),
        (["-m", "--dry-rn", "seed=0,1"], 2, "ravine: there is no option --dry-rn; did you mean --dry-run"),
        (["optimizer=adam", "-z=3"], 2, "ravine: there is no option -z; ravine --help shows all"),
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


def test_the_traceback_is_there_for_who_asks(ravine):
    plain, full = ravine("optimizer=adma"), ravine("optimizer=adma", HYDRA_FULL_ERROR="1")
    assert plain.returncode == full.returncode == 2
    assert "Traceback" not in plain.stderr
    assert "Traceback" in full.stderr


@pytest.mark.filterwarnings("ignore:extend_list.* is deprecated")
def test_a_sweep_refuses_a_list_that_depends_on_other_overrides():
    with pytest.raises(
        package.ConfigError, match=r"^network\.hidden=extend_list\(5\): "
    ):  # Hydra 1.4 can read it
        package.sweep(["network.hidden=extend_list(5)", "training.steps=2"])
    assert not Path("runs").exists()


def test_a_broken_file_is_named_with_its_line(ravine_here, tmp_path):
    (tmp_path / "mine" / "experiment").mkdir(parents=True)
    (tmp_path / "mine" / "experiment" / "broken.yaml").write_text("a: [1\nb: 2\n")
    done = ravine_here("--config-dir", "mine", "experiment=broken")
    assert done.returncode == 2
    assert "experiment/broken.yaml, line 2" in done.stderr


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


@pytest.mark.parametrize("place", ["runs", "runs/s"])
def test_a_file_where_a_folder_should_be_is_one_line(ravine_here, tmp_path, place):
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).touch()
    done = ravine_here("problem=sphere", "study=s")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"ravine: runs/s/lock cannot be written: {place} is not a folder\n"
    assert ravine_here("status", "runs/s").stderr == "ravine: runs/s: not a study (it has no study.json)\n"


def test_a_folder_of_studies_is_told_from_a_study(ravine_here):
    for name in "abcd":
        Path(f"runs/{name}").mkdir(parents=True)
        Path(f"runs/{name}/study.json").touch()
    done = ravine_here("play", "runs")
    assert done.returncode == 2
    assert done.stderr == (
        "ravine: runs: not a study (it has no study.json); studies are in it: runs/a, runs/b, runs/c and 1 more\n"
    )


def test_a_folder_where_a_file_should_be_is_one_line(ravine_here, tmp_path):
    (tmp_path / "runs" / "s" / "study.json").mkdir(parents=True)
    for words in (["status", "runs/s"], ["problem=sphere", "study=s"]):
        done = ravine_here(*words)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == "ravine: runs/s/study.json: Is a directory\n"


@pytest.mark.parametrize("mode", [[], ["--dry-run"]])
def test_a_network_that_no_memory_can_hold_is_one_line(ravine_here, mode):
    done = ravine_here("network.hidden=[10_000_000_000]".replace("_", ""), "dataset=gaussian", *mode)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("ravine: there is not enough memory: Unable to allocate ")
    assert not Path("runs").exists()
