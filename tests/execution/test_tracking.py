"""Trackers hear of a run while it is made and afterwards, the same both times, and cost nothing else."""

import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
import ravine
from documentation import ROOT
from ravine.execution import run_once
from ravine.execution.tracking import export
from ravine.plans.settings import Execution, Subject
from ravine.registry import elsewhere

NET = ["dataset=gaussian", "dataset.train=60", "dataset.test=20", "network.hidden=[5]", "training.epochs=2",
       "training.batch_size=20", "training.evaluate_every=2"]  # fmt: skip
DESCENT = ["problem=sphere", "training.steps=6", "training.evaluate_every=2"]

pytestmark = pytest.mark.filterwarnings("default")

TOLD = []


class Page(ravine.RunLog):
    def __init__(self, run, breaks):
        self.run, self.breaks = run, breaks

    def evaluation(self, step, metrics):
        if self.breaks == f"at {step}":
            raise OSError(28, "No space left on device", "postgresql://me:secret@there/db")
        TOLD.append((self.run.id, step, metrics))

    def end(self, status, final):
        if self.breaks == "end":
            raise ConnectionError("nobody answers")
        TOLD.append((self.run.id, status, final))


@dataclass(frozen=True)
class Diary(ravine.Tracker):
    """Writes down what it is told."""

    breaks: str = ""

    def begin(self, run):
        print("a library that prints")
        if self.breaks == "begin":
            raise ModuleNotFoundError("No module named 'diaries'")
        TOLD.append((run.id, run.label, run.study, run.seed, run.settings["optimizer.lr"]))
        return None if self.breaks == "log" else Page(run, self.breaks)


@pytest.fixture(autouse=True)
def _diary():
    TOLD.clear()
    ravine.register(Diary, name="diary")


def told():
    heard, TOLD[:] = list(TOLD), []
    return heard


def warned(command):
    return re.findall(r"^ravine: warning: (.*)$", command.stderr, re.MULTILINE)


def bytes_of(folder):
    return {
        path.name: path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in ("lock", "timing.json")
    }


@pytest.mark.parametrize("words", [NET, DESCENT])
def test_what_a_tracker_hears_live_it_hears_afterwards(ravine_here, words):
    made = ravine_here("-m", *words, "optimizer=sgd,adam", "optimizer.lr=0.1,0.3", "seed=4,5", "study=s",
                       "figures=[]", "track=[diary]")  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert "a library" not in made.stdout
    live = told()
    study = ravine.load_study("runs/s")
    by_run = {name: [entry[1:] for entry in live if entry[0] == name] for name in study.runs}
    labels = study.labels({"seed"})
    for name, run in study.runs.items():
        begin, *evaluations, end = by_run[name]
        assert begin == (labels[name], "s", run.config["seed"], run.config["optimizer"]["lr"])
        assert [step for step, _ in evaluations] == [0, 2, 4, 6]
        assert end == ("completed", run.final)
        assert evaluations[-1][1] == run.final
    exported = ravine_here("export", "runs/s", "--to", "diary")
    assert (exported.returncode, exported.stdout) == (0, "runs/s: 8 runs to diary\n")
    assert told() == live


def test_a_run_that_goes_on_is_told_from_its_first_evaluation():
    experiment = ravine.build(ravine.compose([*NET, "training.epochs=8"]))
    subject = Subject(execution=Execution(checkpoint_seconds=0), track=["diary"])

    def kill(step, steps, loss):
        if step == 13:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_once.make(Path("s"), experiment, subject, kill)
    until = [entry[1] for entry in told()[1:]]
    assert until == [0, 2, 4, 6, 8, 10, 12]
    run = run_once.make(Path("s"), experiment, subject)
    _begin, *evaluations, end = told()
    assert evaluations == [(run.id, step, metrics) for step, metrics in run.evaluations]
    assert [entry[1] for entry in evaluations] == [*range(0, 25, 2)]
    assert end == (run.id, "completed", run.final)


def test_a_run_that_fails_or_diverges_is_told_as_it_was(ravine_here):
    made = ravine_here(*DESCENT, "optimizer.lr=1e200", "study=s", "figures=[]", "track=[diary]")
    assert made.returncode == 0, made.stderr
    live = told()
    assert live[-1][1:] == ("diverged", {})
    ravine_here("export", "runs/s", "--to", "diary")
    assert told() == live


@pytest.mark.parametrize(
    ("breaks", "why"),
    [
        ("begin", r"ModuleNotFoundError: No module named 'diaries'"),
        ("log", r"begin returned None, not a RunLog"),
        ("at 2", r"OSError: \[Errno 28\] No space left on device: 'postgresql://me:\*\*\*@there/db'"),
        ("end", r"ConnectionError: nobody answers"),
    ],
)
def test_a_tracker_that_fails_is_told_in_one_line_and_costs_nothing_else(ravine_here, breaks, why):
    plain = ravine_here("-m", *DESCENT, "optimizer.lr=0.1,0.3", "study=s", "figures=[]")
    track = f"track=[{{name:diary,breaks:'{breaks}'}},lines]"
    made = ravine_here("-m", *DESCENT, "optimizer.lr=0.1,0.3", "study=t", "figures=[]", track)
    assert (made.returncode, made.stdout) == (0, plain.stdout.replace("runs/s", "runs/t"))
    first, *more = warned(made)
    field = f'"{breaks}"' if " " in breaks else breaks
    remedy = re.escape(f"; ravine export runs/t --to '{{name: diary, breaks: {field}}}' tells it of all runs")
    assert re.fullmatch(rf"tracker diary of this process: {why}( \(.*\.py:\d+\))?{remedy}", first)
    assert len(more) == 1
    assert re.match(r"tracker diary of this process: one more error", more[0])
    assert "secret" not in more[0]
    for run in ravine.load_study("runs/s").runs:
        same, its = bytes_of(Path("runs/s", run)), bytes_of(Path("runs/t", run))
        assert its.pop("config.yaml") == same.pop("config.yaml").replace(b"study: s", b"study: t")
        # Its hash of config.yaml has the study's name.
        records = [json.loads(files.pop("run.json")) | {"sha256": None} for files in (its, same)]
        assert records[0] == records[1]
        assert its == same
        assert len(Path("runs/t/lines", f"{run}.jsonl").read_text().splitlines()) == 5


def test_an_export_that_fails_says_what_was_not_taken(ravine_here):
    ravine_here("-m", *DESCENT, "optimizer.lr=0.1,0.3", "study=s", "figures=[]")
    failed = ravine_here("export", "runs/s", "--to", "{name: diary, breaks: end}", "--to", "lines")
    assert failed.returncode == 1
    assert failed.stdout == "runs/s: 0 runs to diary\nruns/s: 2 runs to lines\n"
    assert warned(failed)[0].startswith("tracker diary of this process: ConnectionError: nobody answers (")
    assert failed.stderr.endswith("\nravine: diary did not take 2 of 2 runs of runs/s\n")


def test_what_cannot_be_tracked_is_refused_before_any_run(ravine_here):
    for word, why in {
        "track=[dairy]": "track[0]: no tracker is named 'dairy'; did you mean diary?",
        "track=[{name: diary, brakes: x}]": "track[0]: Diary has no field 'brakes'; did you mean breaks?",
        "track=diary": "track = 'diary': it must be a list: [diary]",
        "track=[diary,diary]": "track: diary is asked for twice",
        "tracks=[diary]": "there is no setting 'tracks'; did you mean track or transform?",
    }.items():
        refused = ravine_here(*DESCENT, word)
        assert (refused.returncode, refused.stderr) == (2, f"ravine: {why}\n"), refused.stderr
    assert not Path("runs").exists()
    ravine_here(*DESCENT, "study=s", "figures=[]")
    for words, why in {
        ("runs/s", "--to", "dairy"): "--to[0]: no tracker is named 'dairy'; did you mean diary?",
        ("runs/t", "--to", "diary"): "runs/t: not a study (it has no study.json)",
    }.items():
        refused = ravine_here("export", *words)
        assert (refused.returncode, refused.stdout, refused.stderr) == (2, "", f"ravine: {why}\n")


def test_runs_that_had_ended_are_not_told_and_it_says_so(ravine_here):
    words = [*DESCENT, "study=s", "figures=[]"]
    ravine_here("-m", *words, "seed=0,1")
    made = ravine_here("-m", *words, "seed=0,1,2", "track=[diary]")
    assert len({entry[0] for entry in told()}) == 1
    assert (
        "ravine: trackers are not told of 2 runs that had ended before: ravine export runs/s --to diary tells them"
        in made.stderr
    )


def test_trackers_are_no_part_of_what_a_run_is(ravine_here):
    """Neither of its id and its files, nor of the study's name; and a password is not written down."""
    ravine_here(*DESCENT, "figures=[]")
    (name,) = [path.name for path in Path("runs").iterdir()]
    before = {path: path.read_bytes() for path in Path("runs").rglob("run.json")}
    ravine_here(*DESCENT, "figures=[]", "track=[{name:diary,breaks:'x://me:secret@there'}]")
    assert [path.name for path in Path("runs").iterdir()] == [name]
    assert {path: path.read_bytes() for path in before} == before
    assert "secret" not in Path("runs", name, "study.json").read_text()


def test_workers_tell_trackers_and_what_is_wrong_with_them(ravine_here):
    """Lines are written by two processes at once; where one cannot be, it is told once."""
    words = [*NET, "seed=range(4)", "study=s", "figures=[]", "workers=2", "track=[lines]"]
    assert ravine_here("-m", *words).returncode == 0
    study = ravine.load_study("runs/s")
    live = bytes_of(Path("runs/s/lines"))
    assert sorted(live) == sorted(f"{run}.jsonl" for run in study.runs)
    assert export(study, "lines") == {}
    assert bytes_of(Path("runs/s/lines")) == live
    Path("runs/t").mkdir()
    Path("runs/t/lines").write_text("no folder")
    made = ravine_here("-m", *[word.replace("study=s", "study=t") for word in words])
    assert made.returncode == 0
    (told,) = warned(made)
    assert re.match(
        "tracker lines of ravine [0-9.]+: FileExistsError: .*'runs/t/lines'.* --to lines tells it", told
    )
    assert {run.status for run in ravine.load_study("runs/t").runs.values()} == {"completed"}


def test_a_tracker_of_this_process_keeps_runs_in_it(ravine_here):
    made = ravine_here("-m", *NET, "seed=0,1", "study=s", "figures=[]", "workers=2", "track=[diary]")
    assert warned(made) == ["workers = 2: only this process knows tracker diary, and it makes the runs"]
    assert {entry[1] for entry in told()} >= {0, 2, 4, 6, "completed"}


def test_lines_are_json_also_of_what_is_not_a_number(tmp_path):
    from ravine_plugins.trackers.lines import Lines

    run = ravine.TrackedRun("ab-cd", tmp_path, "sgd", {}, 1)
    log = Lines().begin(run)
    log.evaluation(0, {"value": 0.1, "probe.p.n": float("nan")})
    log.end("failed", {})
    about = {"run": "ab-cd", "label": "sgd", "seed": 1}
    lines = (tmp_path / "lines" / "ab-cd.jsonl").read_text().splitlines()
    assert list(map(json.loads, lines)) == [
        about | {"step": 0, "value": 0.1, "probe.p.n": None},
        about | {"status": "failed"},
    ]


@pytest.mark.parametrize("name", ["mlflow", "tensorboard", "trackio", "wandb"])
def test_a_package_that_is_not_installed_is_named(monkeypatch, name):
    monkeypatch.setattr(elsewhere, "_is_installed", lambda package: False)
    project = tomllib.loads((ROOT / "plugins/packages" / f"ravine-{name}" / "pyproject.toml").read_text())[
        "project"
    ]
    assert list(project["entry-points"]["ravine"]) == [name]
    assert elsewhere.how_to_get("tracker", name) == (
        f"tracker {name!r} is in {project['name']}, which is not installed: pip install 'ravine[{name}]', or in a "
        f"clone pip install . ./plugins/packages/ravine-{name}"
    )
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert extras[name] == [f"ravine-{name}>=0.1,<0.2"]


@pytest.mark.parametrize(
    ("folder", "study", "root"),
    [
        ("runs/first", "first", "runs"),
        ("runs/both/tuning/sgd", "both.tuning.sgd", "runs"),
        ("tuning/first", "first", "tuning"),
    ],
)
def test_a_tracked_run_knows_its_study_and_where_studies_lie(folder, study, root):
    run = ravine.TrackedRun("ab-cd", Path(folder), "sgd", {}, 1)
    assert (run.study, run.root, run.name) == (study, Path(root).resolve(), "sgd seed=1")


def test_again_takes_trackers(ravine_here):
    ravine_here("-m", *DESCENT, "seed=0,1", "study=s", "figures=[]")
    done = ravine_here("again", "runs/s", "seed=2", "track=[diary]")
    assert done.returncode == 0, done.stderr
    assert [entry[3] for entry in told() if len(entry) == 5] == [2]
