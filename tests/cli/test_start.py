"""What a command imports and composes before it answers; nobody waits for what is not used."""

import copy
import subprocess
import sys
from types import SimpleNamespace

import pytest
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.config_repository import CachingConfigRepository, ConfigRepository
from hydra._internal.hydra import Hydra
from hydra.types import RunMode
from omegaconf import OmegaConf
from ravine.config import grid
from ravine.config.command import planned
from ravine.config.compose import hydra_for
from ravine.config.grid import Composer


@pytest.mark.parametrize(
    ("words", "unused"),
    [
        (["list"], ["hydra", "omegaconf", "ravine.records.run", "ravine.engine"]),
        (
            ["--help"],
            ["ravine.execution.cluster", "ravine.evidence", "ravine.plans.search", "ravine.cli.launch"],
        ),
    ],
)
def test_a_command_that_only_shows_imports_little(words, unused):
    script = (
        "import sys; from ravine.cli.main import main; status = main(sys.argv[1:]); "
        f"sys.exit(status or ', '.join(sorted({set(unused)} & set(sys.modules))) or None)"
    )
    done = subprocess.run([sys.executable, "-c", script, *words], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("words", "unused"),
    [
        # A worker is given what has been composed.
        ("import ravine.execution.worker", ["hydra", "matplotlib", "llvmlite", "ravine.config.compose"]),
        ("import ravine.cli.figures", ["hydra", "matplotlib", "llvmlite", "ravine.config.compose"]),
    ],
)
def test_what_composes_nothing_imports_no_hydra(words, unused):
    code = f"{words}; import sys; print(sorted({set(unused)} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_what_draws_is_imported_early_as_it_is_when_it_draws():
    code = (
        "import sys; from ravine.reports.drawing import import_early; import_early(); "
        "print({'matplotlib.backends.backend_agg', 'matplotlib.backends.backend_svg'} <= {*sys.modules}, "
        "'matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True False\n"


def test_help_copies_the_sources_to_compose_and_not_for_every_group(ravine_here, monkeypatch):
    """Hydra copies them for each question about a group; there are thirty groups."""
    made = []
    before = CachingConfigRepository.__init__
    monkeypatch.setattr(
        CachingConfigRepository, "__init__", lambda self, of: made.append(of) or before(self, of)
    )
    done = ravine_here("--help")
    assert "optimizer: " in done.stdout
    assert len(made) == 1


def test_a_sweep_reads_every_file_once(ravine_here, monkeypatch):
    """Each job's optimizer is another, so each is composed; the files are those of all."""
    read = []
    before = ConfigRepository.load_config
    monkeypatch.setattr(
        ConfigRepository,
        "load_config",
        lambda self, config_path: read.append(config_path) or before(self, config_path),
    )
    done = ravine_here("-m", "optimizer=sgd,momentum,adam", "problem=ravine", "training.steps=2", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "config" in read
    assert len(read) == len(set(read))


@pytest.mark.parametrize("word", ["experiment=sgd_on_sphere", "problem=ravine"])
def test_a_sweep_composes_what_surrounds_it_once(ravine_here, monkeypatch, word):
    made = []
    before = Hydra.compose_config
    monkeypatch.setattr(
        Hydra,
        "compose_config",
        lambda self, *args, **fields: made.append(args) or before(self, *args, **fields),
    )
    done = ravine_here("-m", word, "seed=0,1", "training.steps=2", "claims=[]", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert len(made) == 1


def test_what_the_jobs_of_a_sweep_have_in_common_is_composed_once_for_all(ravine_here, monkeypatch):
    composed = []
    before = ConfigLoaderImpl._load_single_config
    monkeypatch.setattr(
        ConfigLoaderImpl,
        "_load_single_config",
        lambda self, default, repo: composed.append(default.config_path) or before(self, default, repo),
    )
    words = ["optimizer=sgd,momentum,adam", "problem=ravine", "training.steps=2"]
    assert ravine_here("-m", *words, "--dry-run").returncode == 0
    # Once for what surrounds the sweep.
    assert composed.count("hydra/config") == composed.count("config") == 2
    assert composed.count("optimizer/adam") == 1


@pytest.mark.parametrize("experiment", ["optimizers_on_mnist", "dropout", "optimizer_paths"])
@pytest.mark.parametrize("key", ["optimizer", "schedule"])
def test_jobs_are_composed_as_hydra_composes_each_alone(experiment, key):
    values = {"optimizer": ["sgd", "adam", "momentum", "adam"], "schedule": ["constant", "step", "cosine"]}
    with hydra_for(None, None, "study") as hydra:
        loader = hydra.config_loader
        chosen = [f"experiment={experiment}"]
        around = hydra.compose_config("config", chosen, RunMode.MULTIRUN)
        for value in values[key]:
            job = [*chosen, f"{key}={value}", "seed=3"]
            alone = loader.load_configuration("config", job, RunMode.RUN)
            assert OmegaConf.to_yaml(loader.load_sweep_config(around, job)) == OmegaConf.to_yaml(alone)


VALUES = {
    "one value": [["optimizer.lr=0.1"], ["optimizer.lr=0.2"], ["optimizer.lr=0.1"]],
    "one after another": [["optimizer.lr=0.1"], ["training.steps=7"], ["optimizer.lr=0.1", "training.steps=7"]],
    "lists": [["network.hidden=[3,4]"], ["network.hidden=[5]"], ["network.hidden=[]"]],
    "mappings, which are merged": [["optimizer={lr:0.1}"], ["optimizer={beta1:0.5}"], ["optimizer={eps:1e-3}"]],
    "added and taken out": [
        ["++optimizer.eps=1e-3"],
        ["~probes"],
        ["optimizer.lr=0.1"],
        ["++optimizer.eps=1e-4"],
    ],
    "of other settings": [["optimizer.lr=${seed}", "seed=1"], ["optimizer.lr=${seed}", "seed=2"]],
    "other choices": [["optimizer.lr=0.1"], ["network.normalization=batch_norm", "optimizer.lr=0.1"]],
}


@pytest.mark.parametrize("jobs", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("claims", [False, True])
def test_a_job_that_is_composed_on_the_one_before_is_as_if_it_was_alone(jobs, claims):
    chosen = ["experiment=dropout", "optimizer=adam"]
    with hydra_for(None, None, "study") as hydra:
        around = hydra.compose_config("config", chosen, RunMode.MULTIRUN)
        together = Composer(hydra.config_loader, around)
        for job in [*jobs, *jobs]:
            words = [*chosen, *job]
            alone = Composer(hydra.config_loader, around).compose(words, claims=claims)
            assert OmegaConf.to_yaml(together.compose(words, claims=claims)) == OmegaConf.to_yaml(alone)


def test_jobs_that_differ_in_values_share_one_copy_of_the_rest(monkeypatch):
    copied = []
    counting = SimpleNamespace(deepcopy=lambda one: copied.append(one) or copy.deepcopy(one))
    monkeypatch.setattr(grid, "copy", counting)
    rates = ",".join(str(i / 100) for i in range(1, 21))
    assert planned(["problem=ravine", f"optimizer.lr={rates}", "training.steps=2"]).total == 20
    # One without claims for all jobs but the last, and one with claims for that; and what these are copies of.
    assert len(copied) == 3
