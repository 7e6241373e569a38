"""What cannot be read, or does not fit into memory, is told in a line with its place, and with status 2."""

from pathlib import Path

import pytest
import ravine

GLOBAL = "# @package _global_\n"
CLAIM = "claims: [{says: It ends low., metric: {name: final, of: value}, is: lower, exact: true, than: %s}]"

# What Hydra 1.4 says of its own accord.
OF_HYDRA_1_4 = (
    "YAML recursive aliases are not supported",
    "Missing group name in defaults list",
    "maximum nesting depth",
)

# What a file has, and what is said of it after its name.
FILES = {
    "a truth value that is none": (
        "seed: !!bool 1",
        ", line 2: Hydra cannot read it (KeyError: '1')",
    ),
    "a date that is none": (
        "seed: !!timestamp x",
        ", line 2: Hydra cannot read it (AttributeError: ",
    ),
    "brackets in brackets": (f"x: {'[' * 3000}{']' * 3000}", ": it is nested too deeply, or contains itself"),
    "a list that contains itself": ("x: &a [*a]", ": it is nested too deeply, or contains itself"),
    "a mapping that contains itself": ("x: &a {b: *a}", ": it is nested too deeply, or contains itself"),
    "a group without a name": ("defaults: [{'': a}]", ": Hydra cannot read it (AssertionError)"),
    "a group that is a number": ("defaults: [{1: a}]", ": Hydra cannot read it (AssertionError)"),
}


def _write(text):
    file = Path("mine/experiment/odd.yaml")
    file.parent.mkdir(parents=True)
    file.write_text(f"{GLOBAL}{text}\n")


@pytest.mark.parametrize("words", [[], ["-m", "seed=0,1"], ["--help"], ["--cfg", "job"]], ids=" ".join)
@pytest.mark.parametrize("file", FILES)
def test_a_file_that_cannot_be_read_is_named(ravine_here, file, words):
    text, said = FILES[file]
    _write(text)
    done = ravine_here("--config-dir", "mine", *words, "experiment=odd", "problem=sphere")
    assert done.returncode == 2
    told = f"experiment/odd.yaml{said}" in done.stderr
    assert told or ("experiment/odd" in done.stderr and any(text in done.stderr for text in OF_HYDRA_1_4))
    assert len(done.stderr.splitlines()) == 1
    assert not Path("runs").exists()


def test_python_raises_one_error_of_a_file_that_cannot_be_read():
    _write(FILES["a truth value that is none"][0])
    for ask in (ravine.compose, ravine.run, ravine.sweep):
        with pytest.raises(ravine.ConfigError, match=r"experiment/odd\.yaml, line 2: Hydra cannot read it"):
            ask(["experiment=odd"], config_dir="mine")


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("problem={1:2}", "problem has no field '1'"),
        ('optimizer=glob(["a*"])', 'optimizer=glob(["a*"]): glob takes names without quotes, glob([a*])'),
    ],
)
def test_a_word_that_hydra_cannot_read_is_named(ravine_here, word, said):
    done = ravine_here("-m", "training.steps=1", word)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) <= 2


@pytest.mark.parametrize("words", [[], ["--dry-run"], ["-m", "seed=0,1"]], ids=" ".join)
@pytest.mark.parametrize(
    "word", ["network.hidden=[1000000000000]", "dataset=gaussian dataset.samples=10000000000000"], ids=str
)
def test_what_does_not_fit_into_memory_is_told_before_it_runs(ravine_here, word, words):
    done = ravine_here(*words, *word.split(), "dataset.train=null", "training.steps=1")
    assert done.returncode == 2, done.stderr
    assert "ravine: there is not enough memory: Unable to allocate " in done.stderr
    assert "Traceback" not in done.stderr
    assert not Path("runs").exists()


@pytest.mark.parametrize("than", [".nan", "-.inf", "1e400", "{optimizer.lr: .nan}"])
def test_a_claim_compares_with_a_finite_number(ravine_here, than):
    _write(CLAIM % than)
    done = ravine_here("--config-dir", "mine", "-m", "experiment=odd", "problem=sphere", "training.steps=2")
    assert done.returncode == 2
    assert "claims[0].than" in done.stderr
    assert "it is a finite number" in done.stderr
    assert not Path("runs").exists()


def test_a_figures_fields_are_finite_numbers(ravine_here):
    done = ravine_here("problem=sphere", "training.steps=2", "figures=[{name:paths,columns:inf}]")
    assert done.returncode == 2
    assert "figures[0].columns = inf: it is a finite number" in done.stderr


def test_an_error_of_a_components_own_is_not_the_users(ravine_here, monkeypatch):
    """It has its traceback, for whoever wrote the component."""
    from ravine.config import grid

    def broken(*_):
        return {}["nothing"]

    monkeypatch.setattr(grid.Composer, "compose", broken)
    done = ravine_here("-m", "problem=sphere", "seed=0,1")
    assert done.returncode == 1
    assert "Traceback" in done.stderr


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "question: Momentum: does it help?",
            "line 1: mapping values are not allowed here; a text with a colon and",
        ),
        (
            "values:\n  a: [5],[50]",
            "line 2: expected <block end>, but found ','; a text with commas or brackets may",
        ),
        (
            "training:\n\tsteps: 4",
            "line 2: found character '\\t' that cannot start any token; lines are indented by",
        ),
    ],
    ids=["colon", "list", "tab"],
)
def test_an_error_of_yaml_says_what_is_possible(tmp_path, text, says):
    (tmp_path / "experiment").mkdir()
    (tmp_path / "experiment" / "mine.yaml").write_text(text)
    with pytest.raises(ravine.ConfigError) as raised:
        ravine.compose(["experiment=mine"], config_dir=tmp_path)
    assert says in str(raised.value)
