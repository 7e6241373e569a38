"""A folder of one's own, and text that looks like a number, are for a script what they are for the command."""

from pathlib import Path

import pytest
import ravine


@pytest.mark.parametrize(
    "name", ["mine", "com~apple~CloudDocs", "josé", "a=b", "a (1)", "x[adam]0", "#1", "it's", "a,b"]
)
def test_a_folder_of_ones_own_comes_first_whatever_its_name(name):
    file = Path(name, "experiment", "sgd_on_ravine.yaml")
    file.parent.mkdir(parents=True)
    file.write_text("# @package _global_\ndefaults: [override /problem: ravine]\noptimizer: {lr: 0.123}\n")
    words = ["experiment=sgd_on_ravine", "training.steps=2"]
    assert ravine.build(ravine.compose(words, config_dir=name)).config["optimizer"]["lr"] == 0.123
    assert ravine.run([*words, "figures=[]"], config_dir=name).config["optimizer"]["lr"] == 0.123


def test_a_folder_that_is_not_there_is_named():
    with pytest.raises(ravine.ConfigError, match=r"^--config-dir nowhere: no such folder$"):
        ravine.compose([], config_dir="nowhere")


@pytest.mark.parametrize("name", ["6e1234", "1e3", "144e16", "1.50", ".5", "true", "1_000", "nan"])
def test_a_study_has_the_name_that_is_typed(ravine_here, name):
    words = ["problem=sphere", "training.steps=2", "figures=[]", f"study={name}"]
    if name == ".5":
        assert "study = '.5': it is a folder's name" in ravine_here(*words).stderr
        return
    for mode in ([], ["-m", "seed=0,1"]):
        done = ravine_here(*mode, *words)
        assert done.returncode == 0, done.stderr
    assert [path.name for path in Path("runs").iterdir()] == [name]
    assert ravine.compose(words).study == name


def test_a_question_is_kept_as_it_is_typed(ravine_here):
    assert (
        ravine_here("problem=sphere", "training.steps=2", "figures=[]", "study=s", "question=1e3").returncode
        == 0
    )
    assert ravine.load_study("runs/s").ledger.question == "1e3"


def test_a_main_configuration_does_not_hide_in_a_folder_of_presets(ravine_here):
    Path("mine").mkdir()
    Path("mine/config.yaml").write_text("seed: 3\n")
    for words in ([], ["-m", "seed=0,1"], ["--help"], ["--cfg", "job"]):
        done = ravine_here("--config-dir", "mine", *words)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == (
            "ravine: mine/config.yaml: it would take the place of ravine's own; it needs another name, "
            "or --config-path mine\n"
        )


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1", "shift-jis"])
def test_a_file_in_another_encoding_is_named(ravine_here, encoding):
    file = Path("mine/experiment/odd.yaml")
    file.parent.mkdir(parents=True)
    text = {"latin-1": "é", "shift-jis": "ソ", "utf-16": "x"}[encoding]
    file.write_bytes(f"# @package _global_\nquestion: {text}\n".encode(encoding))
    done = ravine_here("--config-dir", "mine", "experiment=odd", "problem=sphere")
    assert done.returncode == 2
    assert done.stderr == "ravine: experiment/odd.yaml: it is not text in UTF-8\n"
