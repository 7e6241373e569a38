"""Each battery can fail: it finds a fault that is planted."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from jinja2 import Environment
from ravine.records import checkpoint, run

from trust import BATTERIES, configurations, data, files, hostile, kills, system
from trust.__main__ import about, failures, table

# What is warned of is told, and is not an error, as in a command.
pytestmark = [pytest.mark.long, pytest.mark.filterwarnings("default")]


def tried(battery, number, folder):
    return [*battery.battery(np.random.default_rng(0), number, folder)]


@pytest.fixture(autouse=True)
def _as_it_was(monkeypatch, tmp_path_factory):
    """Batteries run in processes of their own; here they leave memory and environment alone."""
    for battery in (configurations, data, hostile):
        monkeypatch.setattr(battery, "little_memory", lambda more: None)
    monkeypatch.setenv("CANARY_SECRET", "")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("temporary")))
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setenv("MPLCONFIGDIR", str(Path("matplotlib").resolve()))


def tried_with(failing, results):
    """Those results whose failure has a text."""
    return [result for result in results if failing in result.failure]


def test_commands_that_raise_or_write_are_found(monkeypatch, tmp_path):
    def broken(cfg):
        raise KeyError("a bug")

    with monkeypatch.context() as patch:
        patch.setattr("ravine.config.command.build_both", broken)
        assert tried_with("a traceback: KeyError: 'a bug'", tried(configurations, 40, tmp_path))
    (tmp_path / "again").mkdir()
    monkeypatch.setattr("ravine.execution.estimate.forecast", lambda *_: Path("forecast").write_text("x"))
    assert tried_with("a dry run: writes ", tried(configurations, 30, tmp_path / "again"))


@pytest.fixture
def canaries(tmp_path):
    return hostile.Canaries(tmp_path)


def place(tmp_path, name):
    made = tmp_path / name / "here"
    made.mkdir(parents=True)
    return made


def test_a_configuration_that_calls_what_it_names_is_found(monkeypatch, tmp_path, canaries):
    from hydra.utils import instantiate

    for call, failure in {
        "a module": "a module was imported",
        "Path.touch": "code was run, or a file was made outside",
    }.items():
        one = hostile.Try("experiment", "values.x", call, ["--dry-run"])
        assert hostile.configuration(one, place(tmp_path, f"kept {call}"), canaries).failure == ""
        with monkeypatch.context() as patch:
            patch.setattr("ravine.config.command.refuse_chosen", lambda cfg, _: instantiate(cfg.get("values")))
            assert hostile.configuration(one, place(tmp_path, f"planted {call}"), canaries).failure == failure


def raw(**options):
    """Templates that escape nothing."""
    return Environment(**options | {"autoescape": False})


def test_a_page_and_a_table_that_print_text_raw_are_found(monkeypatch, tmp_path, canaries):
    study = hostile.example(tmp_path)
    looks = {
        "ravine.reports.templates.Environment": ("question", "a script", [], "'<script' is in the page"),
        "ravine.base.tables._cell": (
            "component",
            "a formula",
            ["table", "--runs", "--csv"],
            "is a cell of CSV",
        ),
    }
    for name, (field, what, words, failure) in looks.items():
        assert hostile.view(study, field, what, words, place(tmp_path, f"kept {field}"), canaries).failure == ""
        with monkeypatch.context() as patch:
            patch.setattr(name, raw if name.endswith("Environment") else lambda text: text)
            found = hostile.view(study, field, what, words, place(tmp_path, f"planted {field}"), canaries)
        assert failure in found.failure


def careless(cls, folder):
    """Load a run without a look at its hashes."""
    record = json.loads((folder / "run.json").read_bytes())
    keys = ("config", "status", "step", "final", "best", "provenance", "error")
    with np.load(folder / "metrics.npz") as archive:
        return cls(arrays=dict(archive), seconds=0.0, **{key: record[key] for key in keys})


def test_a_loader_that_ignores_hashes_is_found(monkeypatch, tmp_path):
    for name in ("kept", "planted"):
        (tmp_path / name).mkdir()
    found = [result for result in tried(files, 60, tmp_path / "kept") if result.what != "study.json"]
    assert not [result for result in found if result.failure]
    monkeypatch.setattr(run.Run, "load", classmethod(careless))
    assert tried_with("is taken for good", tried(files, 60, tmp_path / "planted"))


class Half:
    """Chance that kills the command itself, in the midst of a run."""

    def random(self):
        return 0.0

    def uniform(self, low, high):
        return low

    def integers(self, high):
        return 0


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds workers by Linux' /proc")
def test_a_run_that_does_not_go_on_from_where_it_was_is_found(monkeypatch, tmp_path):
    whole = kills.Whole([*kills.COMMANDS["a sweep"], "study=s"], tmp_path / "whole")
    assert [failure for _, failure in kills.sequence(whole, 2, tmp_path / "kept", Half())] == ["", ""]
    newest = checkpoint.Checkpoint.newest

    def changed(folder):
        found = newest(folder)
        return found and checkpoint.Checkpoint(
            {name: array + 1 for name, array in found.arrays.items()}, found.about
        )

    monkeypatch.setattr(checkpoint.Checkpoint, "newest", changed)
    # A kill may come before the first checkpoint.
    planted = (kills.sequence(whole, 2, tmp_path / f"planted {i}", Half()) for i in range(10))
    assert any(failure for sequence in planted for _, failure in sequence)


def test_a_full_disk_that_is_told_with_a_traceback_is_found(monkeypatch, tmp_path):
    monkeypatch.setattr("ravine.config.explain.is_input", lambda error: False)
    found = system.tried("a full disk, at a flush", tmp_path, 0.0, {}, 1.0)
    assert found.startswith("a traceback: ")


def test_a_reader_that_believes_a_header_is_found(monkeypatch, tmp_path):
    from ravine_plugins.datasets import idx

    def results(name):
        for i in range(60):
            made = tmp_path / name / f"{i}"
            made.mkdir(parents=True)
            yield data.try_idx(np.random.default_rng(i), made)

    assert not [result for result in results("kept") if result.failure]
    parse = idx.parse_idx
    monkeypatch.setattr(idx, "parse_idx", lambda content, path: parse(bytes(content[:-1]) + b"\1", path))
    assert tried_with("other numbers than those of the files", results("planted"))


def test_a_reader_that_reads_other_numbers_of_ones_own_files_is_found(monkeypatch, tmp_path):
    from ravine_plugins.datasets import csv, npz

    def results(name):
        for i in range(60):
            made = tmp_path / name / f"{i}"
            made.mkdir(parents=True)
            yield data.try_own(np.random.default_rng(i), made)

    assert not [result for result in results("kept") if result.failure]
    for module in (csv, npz):
        with monkeypatch.context() as patch:
            kept = module.parts
            patch.setattr(module, "parts", lambda examples, *rest, kept=kept: kept(examples[:-1], *rest))
            assert tried_with("other numbers than those of the file", results(module.__name__))


def test_the_command_prints_a_table_and_what_reproduces_a_failure():
    command = [sys.executable, Path(__file__).parent, "configurations", "--number", "2", "--seed", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    rows = done.stdout.splitlines()
    assert rows[0] == "| battery | what is tried | tried | failed | seconds |"
    assert rows[2].startswith("| configurations | commands by a grammar")
    assert " | 2 | 0 | " in rows[2]
    assert (done.returncode, done.stderr) == (0, "")


def test_a_failure_is_printed_with_its_seed_and_those_of_a_kind_together():
    from trust.__main__ import MOST, Done

    failed = [
        {"what": "words", "input": f"ravine {i}", "failure": f"a traceback: {i}"} for i in range(MOST + 4)
    ]
    done = Done("configurations", about("configurations"), 100, 100, failed, 1.0)
    text = failures(done, 7)
    assert "configurations: python tests/trust configurations --seed 7 --number 100\n" in text
    assert text.endswith("… and 4 more of this kind")
    assert f"| 100 | {MOST + 4} | 1 |" in table([done])


@pytest.mark.parametrize("name", BATTERIES)
def test_every_battery_says_what_it_tries_and_how_often(name):
    said = about(name)
    assert said.keys() == {"WHAT", "BOUNDED", "LONG"}
    assert 0 < said["BOUNDED"] < said["LONG"]
    assert "|" not in said["WHAT"]
