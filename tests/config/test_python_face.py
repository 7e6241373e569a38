"""What a script is told that gives something else than a command's words; and where warnings point."""

import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
import ravine

WORDS = ["problem=sphere", "training.steps=2"]
LIST = 'overrides are a list of a command\'s words, ["training.steps=9", "seed=0"]'


@pytest.fixture(scope="module")
def things():
    cfg = ravine.compose(WORDS)
    return {"cfg": cfg, "experiment": ravine.build(cfg)}


@pytest.mark.parametrize("face", ["run", "sweep", "compose"])
@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("experiment", f"an Experiment is given: {LIST}; experiment.run() runs an Experiment"),
        ("cfg", f"a DictConfig is given: {LIST}; ravine.build(cfg).run() runs what compose returns"),
        ({"optimizer": "adam"}, f"a dict is given: {LIST}"),
        ("seed=0,1", "overrides = 'seed=0,1': they are a list of strings, ['seed=0,1']"),
        (b"seed=0", f"a bytes is given: {LIST}"),
        ({"seed=0"}, f"a set is given: {LIST}"),
        (None, f"None is given: {LIST}"),
        (3, f"an int is given: {LIST}"),
        (
            ["training.steps", 3],
            "overrides[0] = 'training.steps': a setting is one word, 'training.steps=VALUE'",
        ),
        (["seed=1", 3], "overrides[1] = 3: each is a word of a command, such as 'seed=0'"),
        ([["seed=1"]], "overrides[0] = ['seed=1']: each is a word of a command, such as 'seed=0'"),
        ([None], "overrides[0] = None: each is a word of a command, such as 'seed=0'"),
        ([""], "overrides[0] = '': a setting is one word, 'KEY=VALUE'"),
        (["list"], "overrides[0] = 'list': a setting is one word, 'list=VALUE'"),
        (
            ["seed=1", "--dry-run"],
            "overrides[1] = '--dry-run': options are for the command; overrides are settings, KEY=VALUE",
        ),
        (["-m", "seed=1"], "overrides[0] = '-m': options are for the command; ravine.sweep does what -m does"),
        (
            ["--multirun"],
            "overrides[0] = '--multirun': options are for the command; ravine.sweep does what -m does",
        ),
        (
            ["--config-dir=mine"],
            "overrides[0] = '--config-dir=mine': options are for the command; config_dir=FOLDER is an argument",
        ),
    ],
)
def test_overrides_that_are_none_are_told_what_they_are(things, face, given, says):
    given = things.get(given, given) if isinstance(given, str) else given
    with pytest.raises(ravine.ConfigError) as caught:
        getattr(ravine, face)(given)
    assert str(caught.value) == says
    assert not Path("runs").exists()


@pytest.mark.parametrize("given", [tuple(WORDS), iter(WORDS)], ids=["a tuple", "an iterator"])
def test_words_may_come_from_anything_that_has_an_order(given):
    assert ravine.compose(given).training.steps == 2


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["optimizer=adam"], "a list is given: build takes a configuration: ravine.build(ravine.compose(['optimizer=adam']))"),
        ("optimizer=adam", "a str is given: build takes a configuration: ravine.build(ravine.compose(['optimizer=adam']))"),
        ("experiment", "an Experiment is given: it is built already; experiment.run() runs it"),
        (None, 'None is given: build takes a configuration: ravine.build(ravine.compose(["seed=0"]))'),
        (3, 'an int is given: build takes a configuration: ravine.build(ravine.compose(["seed=0"]))'),
    ],
)  # fmt: skip
def test_build_says_what_it_takes(things, given, says):
    given = things.get(given, given) if isinstance(given, str) else given
    with pytest.raises(ravine.ConfigError) as caught:
        ravine.build(given)
    assert str(caught.value) == says


ROOT = "root is where studies lie, which is an argument of ravine.run and ravine.sweep: root=FOLDER"


def test_folders_are_paths():
    for call, says in {
        lambda: ravine.compose(WORDS, config_dir=3): "config_dir = 3: it is the path of a folder",
        lambda: ravine.run(WORDS, config_dir=["mine"]): "config_dir = ['mine']: it is the path of a folder",
        lambda: ravine.sweep([*WORDS, "root=there"]): ROOT,
        lambda: ravine.run(WORDS, root=3): "root = 3: it is the path of a folder",
        lambda: ravine.sweep(WORDS, root=None): "root = None: it is the path of a folder",
    }.items():
        with pytest.raises(ravine.ConfigError) as caught:
            call()
        assert str(caught.value) == says
    with pytest.raises(ValueError, match=r"^a study's folder is a path, 'runs/NAME', not an int$"):
        ravine.load_study(3)


CLAIM = "claims=[{says: x, metric: {name: final, of: value}, where: {optimizer: adam}, is: lower, than: 1, exact: true}]"


def test_a_warning_in_a_script_points_at_the_scripts_line():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        ravine.run([*WORDS, CLAIM, "figures=[]"])
    told = [warning for warning in caught if "is not judged" in str(warning.message)]
    assert told
    assert {Path(warning.filename) for warning in told} == {Path(__file__)}


SCRIPT = """\
import ravine
from ravine import registry

registry.load()
words = ["dataset.train=40", "dataset.test=20", "training.steps=1", "figures=[]", CLAIM]
ravine.sweep([*words, "study=s"])
ravine.load_study("runs/s")
"""


def test_all_warnings_of_a_script_name_lines_of_the_script(tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    (site / "broken_of_tests.py").write_text("raise SystemExit('no licence')\n")
    info = site / "broken-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[ravine]\nbroken = broken_of_tests\n")
    claim = CLAIM.replace("of: value", "of: train_loss")
    Path("script.py").write_text(SCRIPT.replace("CLAIM", repr(claim)))
    done = subprocess.run(
        [sys.executable, "script.py"], capture_output=True, text=True, check=True,
        env=os.environ | {"PYTHONPATH": str(site)},
    )  # fmt: skip
    places = [line.partition(": ")[0] for line in done.stderr.splitlines() if "Warning: " in line]
    assert any(place.endswith("script.py:4") for place in places), done.stderr
    assert any(place.endswith("script.py:6") for place in places), done.stderr
    assert all(place.rpartition(":")[0].endswith("script.py") for place in places), done.stderr
