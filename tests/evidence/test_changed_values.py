"""What a command changes of an experiment stands under its verdicts, in whatever form the command has it."""

import pytest

WORDS = ["values.lr.sgd=0.5", "values={lr:{sgd:0.5}}", "++values={lr:{sgd:0.5}}", "++values.lr.sgd=0.5"]


@pytest.mark.parametrize("word", WORDS)
def test_named_values_that_a_command_changes_are_told(ravine_here, word):
    done = ravine_here("-m", "experiment=optimizer_paths", word, "figures=[]", "study=s")
    assert done.returncode == 0, done.stderr
    verdicts = [
        line for line in done.stdout.splitlines() if line.startswith(("supported: ", "not supported: "))
    ]
    assert len(verdicts) > 5
    assert all(line.endswith(f"[with {word}]") for line in verdicts)
    assert f"[with {word}]" in ravine_here("claims", "runs/s").stdout


def test_what_changes_no_number_is_not_told(ravine_here):
    words = ["figures=[]", "study=s", "workers=1", "question=why"]
    done = ravine_here("-m", "experiment=optimizer_paths", *words)
    assert "[with" not in done.stdout
