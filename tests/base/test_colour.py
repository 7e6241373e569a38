"""Colour: on terminals only, as the variables say, and never the only sign of anything."""

import io
import re

import pytest
from ravine.base.colour import BAD, GOOD, is_wanted, painted
from ravine.base.standard_error import say


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("stream", "variables", "wanted"),
    [
        (Terminal, {}, True),
        (io.StringIO, {}, False),
        (Terminal, {"NO_COLOR": "1"}, False),
        (Terminal, {"NO_COLOR": ""}, True),  # no-color.org: an empty one says nothing
        (Terminal, {"TERM": "dumb"}, False),
        (io.StringIO, {"FORCE_COLOR": "1"}, True),
        (io.StringIO, {"FORCE_COLOR": "0"}, False),
        (io.StringIO, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (io.StringIO, {"FORCE_COLOR": "1", "TERM": "dumb"}, True),
    ],
)
def test_a_stream_gets_colour_as_the_variables_say(monkeypatch, stream, variables, wanted):
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert is_wanted(stream()) is wanted
    assert is_wanted(None) is bool("FORCE_COLOR" in variables and wanted)


def test_a_word_is_painted_where_it_is_a_sign_and_not_in_sentences(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    marks = {"kept": GOOD, "failed": BAD, "not kept": BAD}
    text = "kept: it is kept\nnot kept: x\nab12-ff  failed  sgd failed\nruns/s: 3 runs: 2 kept, 1 failed"
    assert painted(text, marks, io.StringIO()) == (
        "\x1b[32mkept\x1b[0m: it is kept\n\x1b[31mnot kept\x1b[0m: x\nab12-ff  \x1b[31mfailed\x1b[0m  sgd failed\n"
        "runs/s: 3 runs: 2 \x1b[32mkept\x1b[0m, 1 \x1b[31mfailed\x1b[0m"
    )


def test_an_errors_first_word_is_painted(monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")
    say("ravine: no\x1b[2J", error=True)
    say("ravine: warning: old")
    say("ravine: 1 run")
    assert capsys.readouterr().err == (
        "\x1b[31mravine:\x1b[0m no\\x1b[2J\n\x1b[35mravine: warning:\x1b[0m old\nravine: 1 run\n"
    )


CLAIMS = (
    "# @package _global_\ndefaults: [override /problem: ravine]\nfigures: []\ntraining: {steps: 20}\nstudy: s\n"
    "hydra: {sweeper: {params: {optimizer.lr: '0.5,0.1,1e30', seed: '0,1'}}}\nclaims:\n"
    "  - {says: It is lower., metric: {name: final, of: value}, where: {optimizer.lr: 0.5}, than: {optimizer.lr: 0.1}, is: lower, exact: true}\n"
    "  - {says: It is higher., metric: {name: final, of: value}, where: {optimizer.lr: 0.5}, than: {optimizer.lr: 0.1}, is: higher, exact: true}\n"
)
CODES = re.compile(r"\x1b\[[\d;]*m")


def test_verdicts_status_and_the_best_of_a_table_have_colour_and_say_the_same_without(ravine_here, tmp_path):
    (tmp_path / "mine" / "experiment").mkdir(parents=True)
    (tmp_path / "mine" / "experiment" / "e.yaml").write_text(CLAIMS)
    done = ravine_here("--config-dir", "mine", "-m", "experiment=e", "study=s", FORCE_COLOR="1")
    assert done.returncode == 0, done.stderr
    assert "\x1b[32msupported\x1b[0m: It is lower." in done.stdout
    assert "\x1b[31mnot supported\x1b[0m: It is higher." in done.stdout
    for words in (["claims", "runs/s"], ["status", "runs/s"], ["table", "runs/s"], ["check", "sphere"]):
        plain, coloured = ravine_here(*words, FORCE_COLOR=""), ravine_here(*words, FORCE_COLOR="1")
        assert "\x1b" not in plain.stdout
        assert "\x1b" in coloured.stdout
        # Columns stand where they stood; a table says of bold letters what they mean.
        assert CODES.sub("", coloured.stdout).startswith(plain.stdout.rstrip("\n"))
    status = ravine_here("status", "runs/s", FORCE_COLOR="1").stdout
    assert "2 \x1b[35mdiverged\x1b[0m" in status
    table = ravine_here("table", "runs/s", "--metric", "value", "--better", "lower", FORCE_COLOR="1").stdout
    assert next(line for line in table.splitlines() if "\x1b[1m" in line).startswith("\x1b[1mlr=0.5 ")
    assert "bold: the best, and what the runs, paired by seed, do not tell apart from it" in table
    for words in (
        ["claims", "runs/s", "--json"],
        ["table", "runs/s", "--csv"],
        ["table", "runs/s", "--markdown"],
    ):
        assert "\x1b" not in ravine_here(*words, FORCE_COLOR="1").stdout
    assert "\x1b" not in (tmp_path / "runs" / "s" / "table.txt").read_text()
