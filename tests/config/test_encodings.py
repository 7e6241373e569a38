"""Words and files in other encodings than UTF-8, and in UTF-8 where the machine has another."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import ravine as lib

GLOBAL = "# @package _global_\n"
C = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.mark.parametrize("word", ['dataset.folder="caf\udce9"', "question='\udcff'", "\udce9=1"])
def test_a_word_that_is_not_utf_8_is_named(ravine_here, word):
    done = ravine_here("problem=ravine", "training.steps=2", word)
    shown = word.replace("\udce9", "\\xe9").replace("\udcff", "\\xff")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"ravine: {shown}: it is not text in UTF-8\n"


def test_a_folders_name_need_not_be_text(ravine_here):
    """A word without = names a folder, whatever its bytes are."""
    done = ravine_here("status", "runs/caf\udce9")
    assert done.returncode == 2
    assert "runs/caf" in done.stderr
    assert "UTF-8" not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="bytes of arguments")
def test_words_are_utf_8_whatever_the_locale_is():
    command = Path(sys.executable).parent / "ravine"
    words = ["problem=ravine", "training.steps=2", "study=j", "figures=[]", "question='なぜ'"]
    done = subprocess.run([command, *words], capture_output=True, env=os.environ | C, check=False)
    assert done.returncode == 0, done.stderr
    assert lib.load_study("runs/j").ledger.question == "なぜ"
    folder = subprocess.run(
        [command, "dataset=idx", "dataset.folder='/caf\u00e9'"],
        capture_output=True,
        env=os.environ | C,
        check=False,
    )
    assert folder.returncode == 2
    assert b"Traceback" not in folder.stderr
    assert folder.stderr.startswith(b"ravine: /caf")


@pytest.mark.parametrize("words", [[], ["-m", "seed=0,1"], ["--cfg", "job"]], ids=" ".join)
def test_a_byte_order_mark_does_not_hide_the_header(ravine_here, words):
    file = Path("mine/experiment/bom.yaml")
    file.parent.mkdir(parents=True)
    file.write_text(f"{GLOBAL}defaults: [override /problem: ravine]\ntraining: {{steps: 2}}\n", "utf-8-sig")
    done = ravine_here("--config-dir", "mine", *words, "experiment=bom")
    assert done.returncode == 0, done.stderr


def test_a_name_in_another_script_is_quoted_twice_as_is_said(ravine_here):
    file = Path("mine/experiment/実験.yaml")
    file.parent.mkdir(parents=True)
    file.write_text(
        f"{GLOBAL}defaults: [override /problem: ravine]\ntraining: {{steps: 2}}\nfigures: []\n", "utf-8"
    )
    done = ravine_here("--config-dir", "mine", "experiment=実験")
    assert done.returncode == 2
    assert """text with special characters is quoted twice, "experiment='…'\"""" in done.stderr
    done = ravine_here("--config-dir", "mine", "experiment='実験'")
    assert done.returncode == 0, done.stderr
    (study,) = Path("runs").iterdir()
    assert study.name.isascii()


@pytest.mark.parametrize(
    ("word", "advice"),
    [
        ("figures=[図,paths]", "figures=['…',paths]"),
        ("figures=[{name:paths,title:図}]", "figures=[{name:paths,title:'…'}]"),
        ("figures=[{name: é, title: [é, a]}]", "figures=[{name: '…', title: ['…', a]}]"),
        ("question=なぜ？", "question='…'"),
        ("question=why, how #2", "question='…'"),
        ("+values.x=é,b", "+values.x='…',b"),
        ("problem.start=[a=b]", "problem.start=['…']"),
    ],
)
def test_the_advice_puts_quotes_where_they_belong(ravine_here, word, advice):
    done = ravine_here("problem=ravine", word)
    assert done.returncode == 2
    assert done.stderr == (
        f'ravine: {word}: it cannot be read; text with special characters is quoted twice, "{advice}"\n'
    )
    done = ravine_here("problem=ravine", advice.replace("…", "é"))
    assert "it cannot be read" not in done.stderr


@pytest.mark.parametrize("word", ["study=実験", "study='実験'", "study=a b", "study=a(1)"])
def test_the_name_of_a_study_has_no_such_letters(ravine_here, word):
    done = ravine_here("problem=ravine", word)
    assert done.returncode == 2
    assert "it is a folder's name: a letter or a digit, and then" in done.stderr
    assert "quoted" not in done.stderr
