"""Nothing is accepted and ignored: what has no effect is refused, in words and in files."""

from pathlib import Path

import pytest

OTHERS = "of Hydra's own settings there are hydra/launcher=NAME"
FOLDERS = "studies lie in runs/; root=FOLDER puts them elsewhere, and study=NAME names one"
LOGS = "nothing is logged; progress and warnings go to standard error"
OF_HYDRA = {
    "hydra.mode=RUN": "ravine -m sweeps, and without -m it is one run",
    "hydra.verbose=true": LOGS,
    "hydra.run.dir=scratch": FOLDERS,
    "hydra.sweep.dir=scratch": FOLDERS,
    "hydra.sweep.subdir=x": "a run's folder has its id for a name; ravine table --runs has both",
    "hydra.job.name=x": "study=NAME names the folder of its runs",
    "hydra.job.chdir=false": "a command stays in the folder that it is given in; dataset.folder and others take any path",
    "hydra.job.config.override_dirname.kv_sep=-": "a run's folder has its id for a name; ravine table --runs has both",
    "++hydra.job.env_set={LD_PRELOAD:evil.so}": "variables are set in the shell, or on a cluster in hydra.launcher.setup",
    "hydra.output_subdir=.hydra": "a run's settings are in its folder, config.yaml",
    "hydra.callbacks={}": "a plugin is told of runs by hooks, such as ravine_run_end",
    "hydra/callbacks=none": "a plugin is told of runs by hooks, such as ravine_run_end",
    "hydra/job_logging=default": LOGS,
    "hydra/hydra_logging=none": LOGS,
    "hydra/output=default": "a run's settings are in its folder, config.yaml",
    "hydra/help=default": "ravine --help has one form",
    "hydra.help.header=x": "ravine --help has one form",
    "hydra.launcher._target_=x": "a launcher is chosen by its name, hydra/launcher=NAME",
    "hydra.sweeper._target_=x": "a sweeper is chosen by its name, hydra/sweeper=search or tune",
    "hydra.runtime.cwd=/": "Hydra writes it, and nobody sets it",
    "+hydra.x=1": OTHERS,
    "++hydra={job:{chdir:true}}": OTHERS,
    "~hydra.job": OTHERS,
    "~hydra/launcher": OTHERS,
    "~hydra.launcher.x": OTHERS,
    "+hydra.searchpath=[.]": OTHERS,
    "hydra={}": OTHERS,
    "+schedule@hydra.callbacks=constant": OTHERS,
}


@pytest.mark.parametrize("word", OF_HYDRA)
def test_of_hydras_own_settings_a_command_has_those_that_ravine_obeys(ravine_here, word):
    for mode in ([], ["-m"]):
        done = ravine_here(*mode, "problem=sphere", "training.steps=2", word)
        assert done.returncode == 2
        assert done.stderr.startswith(f"ravine: {word}: {OF_HYDRA[word]}")
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    ("word", "says"),
    [
        (
            "hydra.launcher.n_jobs=2",
            "hydra.launcher has no field 'n_jobs': runs are made here; workers=N makes N at a time",
        ),
        (
            "hydra.sweeper.n_trials=9",
            "hydra.sweeper has no field 'n_trials'",
        ),
        ("hydra.sweeper.params.seed=0,1", "hydra.sweeper.params.seed=0,1: a command says it itself, seed=0,1"),
    ],
)
def test_settings_of_hydras_launcher_and_sweeper_are_told_what_takes_their_place(ravine_here, word, says):
    done = ravine_here("-m", "problem=sphere", "optimizer=sgd", word)
    assert (done.returncode, done.stderr) == (2, f"ravine: {says}\n")


IN_FILES = {
    "hydra: {sweep: {dir: x}}": f"hydra.sweep.dir cannot be set there: {FOLDERS}",
    "hydra: {mode: MULTIRUN}": "hydra.mode cannot be set there: ravine -m sweeps",
    "hydra: {sweeper: {max_batch_size: 2}}": "hydra.sweeper.max_batch_size cannot be set there: workers=N makes N runs",
    "hydra: {launcher: {n_jobs: 2}}": "hydra.launcher.n_jobs cannot be set there: a launcher and its settings are words",
    "hydra: {x: 1}": "hydra.x cannot be set there: of Hydra's own settings a file has hydra.sweeper.params",
    "defaults: [override /hydra/job_logging: default]": f"hydra/job_logging cannot be chosen there: {LOGS}",
    "defaults: [override /hydra/job_logging: mine]": f"hydra/job_logging cannot be chosen there: {LOGS}",
    "defaults: [override /hydra/hydra_logging: disabled]": f"hydra/hydra_logging cannot be chosen there: {LOGS}",
    "defaults: [override /hydra/help: default]": "hydra/help cannot be chosen there: ravine --help has one form",
    "defaults: [override /hydra/output: default]": "hydra/output cannot be chosen there: a run's settings are in",
}


@pytest.mark.parametrize("text", IN_FILES)
def test_what_has_no_effect_is_refused_in_an_experiment(ravine_here, tmp_path, text):
    (tmp_path / "mine" / "experiment").mkdir(parents=True)
    (tmp_path / "mine" / "experiment" / "e.yaml").write_text(f"# @package _global_\n{text}\n")
    done = ravine_here("--config-dir", "mine", "-m", "experiment=e", "problem=sphere", "--dry-run")
    assert done.returncode == 2
    assert done.stderr.startswith(f"ravine: experiment/e.yaml: {IN_FILES[text]}")


@pytest.mark.parametrize(
    "word", ["hydra/launcher=slurm", "hydra.launcher.x=1", "hydra/sweeper=search", "hydra.sweeper.params={}"]
)
def test_one_run_has_no_launcher_and_no_sweeper(ravine_here, word):
    done = ravine_here("problem=sphere", "training.steps=2", word)
    assert done.returncode == 2
    assert done.stderr == f"ravine: {word}: it is for sweeps, ravine -m; this is one run, made here\n"


@pytest.mark.parametrize("sweeper", ["basic", "optuna"])
def test_a_sweeper_is_one_of_ravines(ravine_here, sweeper):
    done = ravine_here("-m", "problem=sphere", "seed=0,1", f"hydra/sweeper={sweeper}")
    assert done.returncode == 2
    assert done.stderr == (
        f"ravine: hydra/sweeper={sweeper}: there is no such hydra/sweeper; there are: search, study, tune\n"
    )


SEARCH = "belongs to a search: ravine -m hydra/sweeper=search; this is"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["sampler=tpe"], f"sampler {SEARCH} one run"),
        (["+search.trials=9"], f"search {SEARCH} one run"),
        (["-m", "seed=0,1", "sampler=halton"], f"sampler {SEARCH} a grid"),
        (["-m", "seed=0,1", "+search.trials=9"], f"search.trials {SEARCH} a grid"),
    ],
)
def test_settings_of_a_search_need_a_search(ravine_here, words, said):
    done = ravine_here("problem=sphere", "training.steps=2", *words)
    assert (done.returncode, done.stderr) == (2, f"ravine: {said}\n")


@pytest.mark.parametrize("mode", [[], ["-m", "seed=0,1"]], ids=["one run", "a grid"])
@pytest.mark.parametrize(
    ("text", "key"), [("defaults: [override /sampler: halton]", "sampler"), ("search: {trials: 9}", "search")]
)
def test_a_file_with_settings_of_a_search_needs_a_search(ravine_here, text, key, mode):
    file = Path("mine/experiment/odd.yaml")
    file.parent.mkdir(parents=True)
    file.write_text(f"# @package _global_\n{text}\n")
    done = ravine_here("--config-dir", "mine", *mode, "experiment=odd", "problem=sphere", "training.steps=2")
    assert done.returncode == 2
    assert f"{key} belongs to a search: ravine -m hydra/sweeper=search" in done.stderr


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("claims=0", "claims = 0: it must be a list: [0]"),
        ("claims=false", "claims = False: it must be a list: [False]"),
        ("claims=''", "claims = '': it must be a list: []"),
        ("figures=false", "figures = False: it must be a list: [False]"),
        ("values=5", "values = 5: it is a mapping of named values: +values.NAME=5"),
        ("values=0", "values = 0: it is a mapping of named values: +values.NAME=0"),
        ("optimizer.lr=???", "optimizer: lr is missing: SGD needs it"),
    ],
)
def test_a_setting_that_is_no_value_of_its_kind_is_refused(ravine_here, word, said):
    done = ravine_here("problem=sphere", "training.steps=2", word)
    assert done.returncode == 2
    assert said in done.stderr
    assert not Path("runs").exists()


def test_a_claim_compares_with_a_number_and_not_with_true(ravine_here):
    claim = "claims=[{says:x,metric:{name:final,of:value},is:lower,exact:true,than:true}]"
    done = ravine_here("problem=sphere", "training.steps=2", claim)
    assert done.returncode == 2
    assert "claims[0]: than = True: it is a number, a mapping of settings, or chance" in done.stderr


SMALL = ["dataset=gaussian", "dataset.train=50", "network.hidden=[]", "training.steps=1", "figures=[]"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([*SMALL, 'training.groups=[{name:"*",frozen:true}]'], "training.groups: every array is frozen, and nothing would learn"),
        (
            [*SMALL, "training.groups=[{name:*.W,frozen:true},{name:*.b,frozen:true}]"],
            "training.groups: every array is frozen, and nothing would learn",
        ),
        (["problem=sphere", "training.groups=[{name:point.*,frozen:true}]"], "training.groups: every array is frozen"),
        ([*SMALL, "scores=[{name:top_k,k:30}]"], "scores: top_k: k = 30, and there are 10 classes"),
        (
            [*SMALL[:2], "network=layers", "network.layers=[flatten,{name:residual,layers:[]},{name:affine,units:10}]"],
            "layers = []: there must be one or more",
        ),
        ([*SMALL, "augment.mixup.alpha=2"], "augment.mixup.alpha=2: a list's items have numbers, from 0 on; augment=[a,b] sets all"),
        (["problem=sphere", "transform.clip_norm.limit=2"], "transform.clip_norm.limit=2: a list's items have numbers, from 0 on; "),
        (
            [*SMALL, 'initializers={"*.b": zeros}'],
            """it cannot be read; a name before a colon stands without quotes: 'initializers={*.b: zeros}'""",
        ),
        ([*SMALL, "initializers={'1.*': zeros}"], "a name before a colon stands without quotes: 'initializers={1.*: zeros}'"),
        (["problem=sphere", "optimizer=momentum", "transform=[ema,swa]"], "ema and swa each say where"),
        (["problem=sphere", "optimizer=schedule_free_sgd", "transform=[ema]"], "schedule_free_sgd and ema each say where"),
    ],
)  # fmt: skip
def test_what_would_do_nothing_is_refused_in_words_that_help(ravine_here, words, says):
    done = ravine_here(*words)
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert not Path("runs").exists()
