"""The chapter in one command: what it says first, what it makes, and how it goes on after a stop."""

import contextlib
import gc
import io
import json
import re
import shutil
import signal
import subprocess
import sys
import time
import weakref
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import ravine as package
from ravine.cli import reproduce
from ravine.cli.main import main
from ravine.config import grid
from ravine.config.build import build_both
from ravine.config.command import planned
from ravine.config.presets import conf_folder
from ravine.engine.training import Loop
from ravine.execution import rounds
from ravine.execution.estimate import Stopwatch
from ravine.records.run import Run
from ravine.reports import chapter
from ravine.reports.chapter import Item

# The experiments here are cut down to less than their claims are about.
pytestmark = [pytest.mark.long, pytest.mark.filterwarnings("ignore:.* is not judged")]

FOLDER = Path("runs") / "reproduce-quick"
LESS = ("dataset.train=100", "dataset.test=100", "network.hidden=[10,10]")
SMALL = [
    Item("Descents", "sgd_on_sphere", ()),
    Item("Descents", "optimizer_paths", ("optimizer=sgd,momentum",)),
    Item("Networks", "zero_weights", ("training.steps=4", "seed=0", *LESS)),
]
QUICK = ["reproduce", "--profile", "quick"]


@pytest.fixture
def small(monkeypatch):
    """A chapter of three short experiments."""
    for module in (chapter, reproduce):
        monkeypatch.setattr(module, "chapter", lambda: SMALL)


@pytest.fixture(scope="module")
def once(tmp_path_factory, cache):
    """Folder and output of the small chapter, made once."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as own, contextlib.redirect_stdout(io.StringIO()) as out:
        own.setenv("RAVINE_CACHE", str(cache))
        own.chdir(folder)
        for module in (chapter, reproduce):
            own.setattr(module, "chapter", lambda: SMALL)
        assert main(QUICK) == 0
    return folder, out.getvalue()


@pytest.fixture
def made(once, small, tmp_path):
    """A copy of the small chapter in the test's folder; what its command printed."""
    folder, out = once
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    return out


class Page(HTMLParser):
    """What a browser would find: links, pictures and text."""

    def __init__(self, text):
        super().__init__()
        self.open, self.pictures, self.links, self.words = [], [], [], []
        self.feed(text)
        self.text = " ".join(self.words)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag == "img":
            assert values["alt"]
            self.pictures.append(values["src"])
        elif tag == "a":
            self.links.append(values["href"])
        if tag not in ("img", "meta", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert tag == self.open.pop()

    def handle_data(self, data):
        self.words += data.split() if self.open[-1:] not in (["style"], ["script"]) else []


def test_the_chapter_has_every_experiment_once():
    names = [item.name for item in chapter.chapter()]
    assert sorted(names) == sorted(path.stem for path in (conf_folder() / "experiment").glob("*.yaml"))


@pytest.mark.parametrize(
    "item",
    [item for item in chapter.chapter() if item.quick and "search." not in " ".join(item.quick)],  # see there
    ids=lambda item: item.name,
)
def test_quick_asks_for_fewer_runs_or_fewer_steps_and_leaves_an_axis_to_draw(item, monkeypatch):
    monkeypatch.setattr(grid, "plan", lambda typed, command, jobs, composer: (jobs, composer))

    def work(profile):
        """Experiments of one seed each, steps of each, and how many seeds each has."""
        jobs, composer = planned(item.overrides(profile))
        seeds = Counter(tuple(word for word in job if not word.startswith("seed=")) for job in jobs)
        both = [build_both(composer.compose(job, claims=False)) for job in seeds]
        steps = [experiment.training.budget(SimpleNamespace(steps_per_epoch=3)) for experiment, _ in both]
        return both[-1][1].figures, np.array(steps), np.array(list(seeds.values()))

    (whole, whole_steps, whole_seeds), (quick, quick_steps, quick_seeds) = work("full"), work("quick")
    assert quick_steps @ quick_seeds <= 0.5 * (whole_steps @ whole_seeds)
    assert max(quick_steps) <= max(whole_steps)
    assert quick == whole


def test_it_says_first_what_it_will_do_and_leaves_a_page(made):
    plan, _, rest = made.partition("[1/3]")
    assert re.search(
        r"Descents\n  sgd_on_sphere +1 run +about 0:00\n  optimizer_paths +2 runs +about 0:0\d\n", plan
    )
    assert re.search(r"Networks\n  zero_weights +3 runs +about 0:0\d\n", plan)
    assert re.search(
        r"\nabout 0:0\d of training in all, and some time for figures; into runs/reproduce-quick\n", plan
    )
    assert "[2/3] ravine -m experiment=optimizer_paths optimizer=sgd,momentum\n" in rest
    assert "supported: Momentum zigzags less than SGD." in rest
    assert re.search(
        r"\nweights: 3 files, 0.2 MB; no figure or claim needs them, and they can be removed\n", rest
    )
    assert rest.endswith("runs/reproduce-quick/index.html\n")

    page = Page((FOLDER / "index.html").read_text())
    assert page.open == ["html"] or not page.open
    assert all((FOLDER / link).exists() for link in page.pictures)
    files = [*FOLDER.glob("*/figures/*.svg"), *FOLDER.glob("*/figures/*.gif")]
    drawn = {path.relative_to(FOLDER).as_posix() for path in files}
    assert set(page.pictures) == drawn
    assert len(drawn) == 5
    for part in (
        "ravine -m experiment=zero_weights training.steps=4 seed=0 dataset.train=100 dataset.test=100 'network.hidden=[10,10]'",
        "Why not start from zero?",
        "✓ supported Momentum zigzags less than SGD. line 237: SGD보다 지그재그로 움직이는 정도가 훨씬 덜한 것 −24, 1 pair",
        "○ too few seeds published: supported A network of equal units learns less than one of different units.",
        "1 of 6 pairs",
        "no run fits",
    ):
        assert part in page.text
    for name in (item.name for item in SMALL):
        assert f"#study-{name}" in page.links


def test_the_full_profile_says_how_much_is_as_published(monkeypatch, capsys):
    for module in (chapter, reproduce):
        monkeypatch.setattr(module, "chapter", lambda: SMALL[:1])
    assert main(["reproduce"]) == 0
    said = capsys.readouterr().out
    assert said.endswith(
        "\n3 claims: 3 supported\nas published: 3 of 3 verdicts, and the numbers of 3\nruns/reproduce-full/index.html\n"
    )


def test_the_same_command_goes_on_where_it_stopped(small, capsys, monkeypatch):
    run_rounds = reproduce.run_rounds

    def stop_at_second(folder, *args, **fields):
        if folder.name == "optimizer_paths":
            raise KeyboardInterrupt
        return run_rounds(folder, *args, **fields)

    monkeypatch.setattr(reproduce, "run_rounds", stop_at_second)
    # A study of somebody's own is shown, and not counted.
    words = ["problem=ravine", "training.steps=2", "figures=[]", "root=runs/reproduce-quick", "study=my_own"]
    assert main(words) == 0
    assert main(QUICK) == 130
    first = {path: path.stat().st_mtime_ns for path in FOLDER.glob("*/**/*") if path.is_file()}
    assert {path.parts[2] for path in first} == {"sgd_on_sphere", "my_own"}
    assert "#study-my_own" in (FOLDER / "index.html").read_text()
    assert "1 of 3 experiments so far" in (FOLDER / "index.html").read_text()
    monkeypatch.setattr(reproduce, "run_rounds", run_rounds)
    capsys.readouterr()
    assert main(QUICK) == 0
    assert re.search(r"sgd_on_sphere +1 run +done before", capsys.readouterr().out)
    assert "so far" not in (FOLDER / "index.html").read_text()
    assert {path: path.stat().st_mtime_ns for path in first} == first
    everything = {path: path.stat().st_mtime_ns for path in FOLDER.glob("*/**/*") if path.is_file()}
    assert main(QUICK) == 0
    assert {path: path.stat().st_mtime_ns for path in everything} == everything


def test_figures_and_verdicts_that_are_gone_or_stale_are_made_again_from_the_runs(monkeypatch):
    def make(words):
        item = Item("Networks", "zero_weights", ("training.steps=2", *LESS, words))
        for module in (chapter, reproduce):
            monkeypatch.setattr(module, "chapter", lambda: [item])
        return main(QUICK)

    assert make("seed=0") == 0
    (picture,) = FOLDER.glob("zero_weights/figures/*.png")
    before, runs = picture.read_bytes(), {path: path.stat().st_mtime_ns for path in FOLDER.glob("*/*/run.json")}
    picture.unlink()
    assert make("seed=0") == 0
    assert picture.read_bytes() == before
    assert {path: path.stat().st_mtime_ns for path in runs} == runs

    finish = rounds.finish
    monkeypatch.setattr(rounds, "finish", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    assert make("seed=0,1") == 130  # after the last run, before anything is drawn
    monkeypatch.setattr(rounds, "finish", finish)
    assert make("seed=0,1") == 0
    assert picture.read_bytes() != before
    verdicts = json.loads((FOLDER / "zero_weights" / "claims.json").read_text())
    # Of equal weights and one batch the seeds give the same numbers.
    assert [verdict["n"] for verdict in verdicts] == [1, 1, 2, 2]

    assert make("seed=1") == 0  # a profile of fewer runs stands alone
    assert len(package.load_study(FOLDER / "zero_weights").runs) == 3


@pytest.mark.filterwarnings("default:left out")
@pytest.mark.usefixtures("made")
def test_a_damaged_study_beside_the_others_is_left_out(capsys):
    (FOLDER / "other").mkdir()
    (FOLDER / "other" / "study.json").write_text("{")
    assert main(QUICK) == 0
    assert main(["claims", str(FOLDER)]) == 0
    said = capsys.readouterr()
    assert said.err.count("ravine: warning: left out: runs/reproduce-quick/other/study.json: damaged") >= 2
    assert "supported: Momentum zigzags less than SGD." in said.out


def test_failed_and_diverged_runs_are_told_and_the_rest_is_made(small, capsys, monkeypatch):
    run = Loop.run

    def breaks(self, observer=None):
        if type(self.update.optimizer).__name__ == "Momentum" and observer:
            raise RuntimeError("broken")
        return run(self, observer)

    monkeypatch.setattr(Loop, "run", breaks)
    assert main(QUICK) == 1
    said = capsys.readouterr()
    assert "ravine: failed runs: 1; the same command makes them again" in said.err
    assert (
        "inconclusive: Momentum zigzags less than SGD. [1 left out: a run or its metric is missing] [0 of 1 pairs]"
        in said.out
    )
    text = Page((FOLDER / "index.html").read_text()).text
    assert "2 runs, 1 failed" in text
    assert "Why not start from zero?" in text
    assert (FOLDER / "optimizer_paths" / "figures" / "paths.png").exists()


@pytest.mark.filterwarnings("always::UserWarning")
def test_a_chapter_that_has_lost_a_figure_ends_with_1(monkeypatch, capsys):
    from ravine_plugins.figures.descent import Descent

    for module in (chapter, reproduce):
        monkeypatch.setattr(module, "chapter", lambda: SMALL[:1])
    monkeypatch.setattr(Descent, "draw", lambda self, study: 1 / 0)
    assert main(QUICK) == 1
    said = capsys.readouterr().err.splitlines()[-1]
    assert re.fullmatch(r"ravine: sgd_on_sphere: 1 of 1 figures is not drawn: descent", said)
    assert (FOLDER / "index.html").exists()


def test_an_experiment_that_cannot_be_run_stops_it_before_the_first(small, capsys, monkeypatch):
    broken = Item("Networks", "zero_weights", ("initializer=hee",))
    monkeypatch.setattr(reproduce, "chapter", lambda: [*SMALL[:2], broken])
    assert main(QUICK) == 2
    assert "initializer=hee: there is no such initializer; did you mean he" in capsys.readouterr().err
    assert not FOLDER.exists()


def test_an_estimate_is_steps_and_judgements_at_what_they_took(monkeypatch):
    experiment = package.build(package.compose(["dataset.train=1280", "dataset.test=10", "training.epochs=7"]))
    seen = []

    def rehearse(self, steps):
        seen.append(steps)
        return Run({}, "completed", steps, steps * 0.5)

    monkeypatch.setattr(package.Experiment, "rehearse", rehearse)
    stopwatch = Stopwatch()
    clock = iter([0.0, 8 * 0.5 + 2 * 3.0])
    monkeypatch.setattr("time.perf_counter", lambda: next(clock))
    assert stopwatch.seconds(experiment) == pytest.approx(70 * 0.5 + 8 * 3.0)
    twice = package.build(
        package.compose(["dataset.train=1280", "dataset.test=10", "training.epochs=14", "seed=1"])
    )
    assert stopwatch.seconds(twice) == pytest.approx(140 * 0.5 + 15 * 3.0)
    assert len(seen) == 1


def test_the_runs_of_one_experiment_are_forgotten_before_the_next_begins(small, monkeypatch):
    there, run_rounds = [], reproduce.run_rounds

    def remembered(*args, **fields):
        gc.collect()
        assert [study() for study in there] == [None] * len(there)
        findings = run_rounds(*args, **fields)
        there.append(weakref.ref(findings.study))
        return findings

    monkeypatch.setattr(reproduce, "run_rounds", remembered)
    assert main(QUICK) == 0
    assert len(there) == len(SMALL)
    load = chapter.load_study

    def loaded(folder):
        gc.collect()
        # The one before is read until the next is there.
        assert sum(study() is not None for study in there) <= 1
        study = load(folder)
        there.append(weakref.ref(study))
        return study

    monkeypatch.setattr(chapter, "load_study", loaded)
    assert main(QUICK) == 0
    assert main(["report", str(FOLDER)]) == 0
    assert len(there) == 3 * len(SMALL)


def test_an_estimate_keeps_no_problem_and_no_data(monkeypatch):
    made, problem = [], package.Experiment.problem

    def remembered(self):
        here = problem(self)
        made.append(weakref.ref(here))
        return here

    monkeypatch.setattr(package.Experiment, "problem", remembered)
    stopwatch = Stopwatch()
    for width in (3, 4):
        words = ["dataset.train=100", "dataset.test=10", "training.steps=2", f"network.hidden=[{width}]"]
        stopwatch.seconds(package.build(package.compose(words)))
    gc.collect()
    assert [one() for one in made] == [None, None]


LONG = """
import sys
from ravine.cli import main, reproduce
from ravine.reports import chapter
items = [chapter.Item("Section", "sgd_on_sphere", ()), chapter.Item("Section", "overfitting", ("training.epochs=9999",))]
chapter.chapter = reproduce.chapter = lambda: items
sys.exit(main.main(["reproduce", "--profile", "quick"]))
"""


def test_ctrl_c_leaves_whole_files():
    command = [sys.executable, "-c", LONG]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not (FOLDER / "index.html").exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "and the same command makes the others" in errors
    assert "Traceback" not in errors
    assert not [path for path in FOLDER.rglob(".*")]
    Page((FOLDER / "index.html").read_text())


# ---- claims of studies ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("made")
def test_claims_of_a_study_and_of_a_folder_of_studies(capsys):
    assert main(["claims", str(FOLDER / "optimizer_paths")]) == 0
    single = capsys.readouterr().out
    assert single.startswith(
        "supported: Momentum zigzags less than SGD. (-24, n = 1) [with optimizer=sgd,momentum]\n"
    )
    assert main(["claims", str(FOLDER)]) == 0
    several = capsys.readouterr().out
    assert "runs/reproduce-quick/optimizer_paths\n" + single in several
    assert several.index("sgd_on_sphere") < several.index("optimizer_paths") < several.index("zero_weights")
    assert main(["claims", str(FOLDER), "--markdown"]) == 0
    page = capsys.readouterr().out
    assert "## Descents\n\n### sgd_on_sphere\n" in page
    assert (
        "| **supported** | Momentum zigzags less than SGD.<br>*line 237: SGD보다 지그재그로 움직이는 정도가 훨씬 덜한 것* "
        "| -24, n = 1, with optimizer=sgd,momentum |\n" in page
    )


@pytest.mark.usefixtures("made")
def test_claims_of_an_unfinished_study_say_what_is_missing(capsys):
    for record in FOLDER.glob("optimizer_paths/*/run.json"):
        if '"momentum"' in record.read_text():
            record.unlink()
    assert main(["claims", str(FOLDER / "optimizer_paths")]) == 0
    assert (
        "inconclusive: Momentum zigzags less than SGD. [1 left out: a run or its metric is missing] [0 of 1 pairs]"
        in capsys.readouterr().out
    )
    for archive in FOLDER.glob("sgd_on_sphere/*/metrics.npz"):
        archive.write_bytes(b"damaged")
    assert main(["claims", str(FOLDER / "sgd_on_sphere")]) == 0
    assert "metrics.npz: changed since it was written" in capsys.readouterr().err


@pytest.mark.parametrize("folder", ["nowhere", "."])
def test_a_folder_without_studies_is_refused(folder, capsys):
    assert main(["claims", folder]) == 2
    assert capsys.readouterr().err == f"ravine: {folder}: neither a study nor a folder of studies\n"
