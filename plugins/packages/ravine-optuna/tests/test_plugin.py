"""As a plugin: found by name, and known to ravine where it is not installed."""

import re
import subprocess
import sys
from importlib import metadata

import pytest
from ravine import MissingPackageError, registry
from ravine.cli.catalogue import find
from ravine.registry import elsewhere

GET = "pip install 'ravine[optuna]', or in a clone pip install . ./plugins/packages/ravine-optuna"
OFFERED = {
    (entry.kind, entry.name) for entry in registry.load() if entry.distribution.startswith("ravine-optuna ")
}


def test_every_module_is_a_plugin():
    assert {("sampler", "tpe"), ("sampler", "gp"), ("sampler", "cmaes")} == OFFERED
    assert not [str(plugin) for plugin in registry.load().failures if "optuna" in plugin.name]


def test_nothing_imports_optuna_before_a_search():
    code = "import sys; from ravine import registry; registry.load().entry('sampler', 'tpe').make({}); assert 'optuna' not in sys.modules"
    assert subprocess.run([sys.executable, "-W", "error", "-c", code]).returncode == 0


@pytest.fixture
def without(monkeypatch):
    """The registry of an environment that has everything but this package."""
    distributions, version = metadata.distributions, metadata.version

    def absent(name):
        if name == "ravine-optuna":
            raise metadata.PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(
        metadata, "distributions", lambda **of: [d for d in distributions(**of) if d.name != "ravine-optuna"]
    )
    monkeypatch.setattr(metadata, "version", absent)
    registry.load.cache_clear()
    yield registry.load()
    registry.load.cache_clear()


def test_ravine_knows_what_it_has_when_it_is_not_installed(without):
    package, known = elsewhere._EXTRAS["optuna"]
    assert package == "ravine-optuna"
    assert {(kind, name) for kind, names in known.items() for name in names} == OFFERED
    for kind, name in OFFERED:
        said = re.escape(f"{kind} '{name}' is in ravine-optuna, which is not installed: {GET}")
        with pytest.raises(MissingPackageError, match=f"^{said}$"):
            without.get(kind, name)
        with pytest.raises(MissingPackageError, match=said):
            find(without, [name])


@pytest.mark.parametrize(
    "words",
    [
        ["sampler=tpe", "hydra/sweeper=search", "problem=ravine", "optimizer.lr=interval(0.1,1)"],
        ["sampler=random,tpe", "hydra/sweeper=search", "problem=ravine", "optimizer.lr=interval(0.1,1)"],
        ["experiment=bayesian_search"],
    ],
)
def test_the_command_says_which_package_has_a_sampler(without, ravine_here, words):
    done = ravine_here("-m", *words)
    said = f"ravine: sampler 'tpe' is in ravine-optuna, which is not installed: {GET}\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)


def test_a_name_that_no_package_has_is_answered_with_names(without, ravine_here):
    done = ravine_here(
        "-m", "hydra/sweeper=search", "sampler=tpx", "problem=ravine", "optimizer.lr=interval(0.1,1)"
    )
    assert done.stderr.startswith("ravine: sampler=tpx: there is no such sampler; ")
    assert "ravine-optuna" not in done.stderr


def test_an_experiment_that_needs_it_is_left_out_of_the_chapter(without, ravine_here, monkeypatch):
    from ravine.cli import reproduce

    items = [item for item in reproduce.chapter() if item.name in ("bayesian_search", "sgd_on_sphere")]
    monkeypatch.setattr(reproduce, "chapter", lambda: items)
    done = ravine_here("reproduce", "--profile", "quick")
    assert done.returncode == 0, done.stderr
    said = f"bayesian_search is left out: sampler 'tpe' is in ravine-optuna, which is not installed: {GET}\n"
    assert said in done.stdout + done.stderr


def test_a_study_that_it_proposed_is_drawn_without_it(ravine_here, request):
    search = [
        "sampler=tpe",
        "search.trials=12",
        "problem=ravine",
        "optimizer.lr=tag(log,interval(1e-3,1))",
        "training.steps=20",
    ]
    done = ravine_here("-m", "hydra/sweeper=search", *search, "optimizer=sgd,momentum", "study=s")
    assert done.returncode == 0, done.stderr
    request.getfixturevalue("without")
    done = ravine_here("figures", "runs/s")
    assert (done.returncode, done.stderr) == (0, "")
    assert "runs/s/figures/search_progress.png" in done.stdout
