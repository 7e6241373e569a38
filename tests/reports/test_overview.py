"""A study before, during and after: dry run, status, tables, and the same from Python."""

import csv
import io
import json
import re
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
import ravine as package
from factories import signed
from ravine.execution import run_once
from ravine.plans.settings import Execution, Subject

SMALL = ["dataset.train=200", "dataset.test=50", "network.hidden=[10]", "training.steps=8", "figures=[]"]

# A checkpoint at every evaluation.
OFTEN = Subject(execution=Execution(checkpoint_seconds=0))


@pytest.fixture(scope="module")
def made(tmp_path_factory, cache):
    """A study of two optimizers and three seeds, made once."""
    root = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as own:
        own.setenv("RAVINE_CACHE", str(cache))
        package.sweep(["optimizer=sgd,adam", "seed=range(3)", "study=s", "workers=1", *SMALL], root=root)
    return root


@pytest.fixture
def study(made):
    """A copy of it in the test's folder."""
    shutil.copytree(made, "runs")
    return package.load_study("runs/s")


def interrupt(*words):
    """Leave a run in the midst of its way."""

    def stop(step, steps, loss):
        if step == 6:
            raise KeyboardInterrupt

    experiment = package.build(package.compose([*words, "checkpoint_seconds=0", "training.evaluate_every=2"]))
    with pytest.raises(KeyboardInterrupt):
        run_once.make(Path("runs/s"), experiment, OFTEN, stop)
    return experiment


# ---- before --------------------------------------------------------------------------------------------------


def test_a_dry_run_lists_what_would_be_made_and_makes_nothing(ravine_here, study):
    before = {path: path.stat().st_mtime_ns for path in Path("runs").rglob("*")}
    done = ravine_here("-m", "optimizer=sgd,adam", "seed=range(4)", "study=s", *SMALL, "--dry-run")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["run", "status", "about"]
    assert [line.split()[1] for line in lines[1:9]] == [*["completed"] * 3, "missing"] * 2
    assert lines[4].split() == [lines[4].split()[0], "missing", "0:00", "optimizer=sgd", "seed=3"]
    assert lines[-1].startswith("runs/s: 8 runs: 6 completed, 2 missing; 2 to make, about 0:00")
    assert {path: path.stat().st_mtime_ns for path in Path("runs").rglob("*")} == before
    made = package.sweep(["optimizer=sgd,adam", "seed=range(4)", "study=s", *SMALL])
    assert list(made.runs)[-1] == lines[8].split()[0]  # under the name that was foretold


def test_a_dry_run_of_one_run_in_an_empty_folder(ravine_here, tmp_path):
    done = ravine_here("problem=ravine", "--dry-run")
    assert done.stdout.splitlines()[-1] == "runs/problem=ravine: 1 run: 1 missing; 1 to make, about 0:00"
    assert not list(tmp_path.iterdir())


def test_a_dry_run_finds_what_a_run_would_find(ravine_here):
    done = ravine_here("dataset.train=90000", "--dry-run")
    assert (done.returncode, done.stdout) == (2, "")
    assert "train = 90000, but there are 60000 examples" in done.stderr


# ---- during --------------------------------------------------------------------------------------------------


def test_status_tells_what_became_of_every_run(ravine_here, study):
    words = ["optimizer.lr=0.1", *SMALL]
    whole = package.sweep(["optimizer=sgd,adam", "seed=range(3)", "study=s", "workers=1", *SMALL])
    counted, weights = ravine_here("status", "runs/s").stdout.splitlines()
    assert counted == "runs/s: 6 runs: 6 completed"
    assert weights.startswith("weights: 6 files, ")
    first, second, third = list(whole.runs)[:3]
    (whole.folder / first / "metrics.npz").write_bytes(b"")
    (whole.folder / second / "run.json").unlink()
    stopped = interrupt(*words)
    ledger = json.loads((whole.folder / "study.json").read_text())
    ledger["runs"].append(stopped.id)
    (whole.folder / "study.json").write_text(signed(ledger))
    with run_once.locked(whole.folder / third):
        (whole.folder / third / "run.json").unlink()
        said = ravine_here("status", "runs/s").stdout
    lines = said.splitlines()
    assert lines[0] == "runs/s: 7 runs: 3 completed, 1 damaged, 1 running, 1 stopped, 1 missing"
    assert re.fullmatch(r"about 0:\d\d left: 1 run goes on, 2 to come", lines[1])
    told = {line.split()[0]: line.split(maxsplit=2)[1:] for line in lines[4:8]}
    assert told[first][0] == "damaged"
    assert "metrics.npz: changed since it was written" in told[first][1]
    assert told[second] == ["missing", "sgd seed=1"]
    assert told[third] == ["running", "sgd seed=2"]
    assert told[stopped.id][0] == "stopped"
    assert re.search(r"5 steps are safe, the last loss \d\.\d+$", told[stopped.id][1])
    assert lines[-1] == f"the last command: {whole.ledger.command}"


def test_a_study_is_watched_until_no_run_goes_on(study, ravine_here, capsys):
    whole = ravine_here("watch", "runs/s", "--every", "0.01").stdout
    assert whole == ravine_here("status", "runs/s").stdout
    first = next(iter(study.runs))
    (study.folder / first / "run.json").rename(study.folder / "kept")
    ends = threading.Event()

    def runs():
        with run_once.locked(study.folder / first):
            ends.wait(1)
            (study.folder / "kept").rename(study.folder / first / "run.json")

    going = threading.Thread(target=runs)
    going.start()
    threading.Timer(0.3, ends.set).start()
    said = ravine_here("watch", "runs/s", "--every", "0.02").stdout
    going.join()
    assert "5 completed, 1 running" in said
    assert said.endswith(whole)
    assert "--every 0: seconds above 0" in ravine_here("watch", "runs/s", "--every", "0").stderr


def test_the_table_of_an_unfinished_study_has_a_row_for_what_is_missing(study, ravine_here):
    (study.folder / list(study.runs)[1] / "run.json").unlink()
    rows = list(csv.DictReader(io.StringIO(ravine_here("table", "runs/s", "--runs", "--csv").stdout)))
    assert len(rows) == 6
    assert (rows[1]["status"], rows[1]["optimizer"], rows[1]["seed"]) == ("missing", "sgd", "1")
    assert rows[1]["final_test_accuracy"] == rows[1]["seconds"] == ""


# ---- after ---------------------------------------------------------------------------------------------------


def test_a_table_over_seeds(study, ravine_here):
    said = ravine_here("table", "runs/s", "--metric", "train_loss").stdout.splitlines()
    assert said[0].split() == ["train", "loss", "n", "lost", "median", "mean", "its", "95", "%", "interval"]
    assert [line.split()[0] for line in said[1:]] == ["sgd", "adam"]
    values = np.array([run.final["train_loss"] for run in list(study.runs.values())[:3]])
    low, high = values.mean() + np.array([-1, 1]) * 4.302653 * values.std(ddof=1) / 3**0.5  # Student's
    assert said[1].split() == [
        "sgd", "3", "-", f"{np.median(values):.4g}", f"{values.mean():.4g}", f"{low:.4g}", "to", f"{high:.4g}",
    ]  # fmt: skip


def test_a_table_is_sorted_filtered_and_for_programs(study, ravine_here):
    shown = ravine_here(
        "table", "runs/s", "optimizer=adam", "--runs", "--sort", "final_train_loss", "--descending"
    )
    lines = [line.split() for line in shown.stdout.splitlines()]
    at = lines[0].index("final_train_loss")
    assert len(lines) == 4
    losses = [float(line[at]) for line in lines[1:]]
    assert losses == sorted(losses, reverse=True)
    grouped = list(csv.DictReader(io.StringIO(ravine_here("table", "runs/s", "--csv").stdout)))
    assert {(row["metric"], row["group"]) for row in grouped} == {
        (metric, name) for metric in ("train_loss", "test_accuracy") for name in ("sgd", "adam")
    }
    by_run = ravine_here("table", "runs/s", "--runs", "--csv").stdout
    assert by_run == (study.folder / "table.csv").read_text()
    assert by_run.splitlines()[0].endswith(",seconds")


def test_a_table_of_searches_has_a_row_a_trial(ravine_here):
    words = ["hydra/sweeper=search", "problem=ravine", "optimizer.lr=tag(log,interval(1e-3,0.9))", "optimizer=sgd,momentum",
             "training.steps=9", "seed=range(3)", "sampler=random,halton", "search.trials=4", "figures=[]", "study=h"]  # fmt: skip
    study = package.sweep(words)
    said = [line.split() for line in ravine_here("table", "runs/h").stdout.splitlines()]
    assert said[0][:8] == ["value", "search.seed", "trial", "optimizer.lr", "optimizer", "n", "lost", "median"]
    assert [line[:3] for line in said[1:]] == [
        [name, "0", str(n)] for name in ("random", "halton") for n in range(4)
    ]
    trial, runs = study.searches["halton", 0][2]
    assert said[7][3:6] == [f"{trial.point['optimizer.lr']:.6g}", trial.point["optimizer"], "3"]
    assert float(said[7][8]) == pytest.approx(np.mean([run.final["value"] for run in runs]), rel=1e-3)
    best = ravine_here("table", "runs/h", "sampler=halton", "--sort", "mean", "--csv").stdout
    rows = list(csv.DictReader(io.StringIO(best)))
    judged = [trial for trial, _ in study.searches["halton", 0]]
    assert [int(row["trial"]) for row in rows] == [t.number for t in sorted(judged, key=lambda t: t.value)]
    assert [float(row["mean"]) for row in rows] == pytest.approx(sorted(trial.value for trial in judged))
    (row,) = csv.DictReader(
        io.StringIO(ravine_here("table", "runs/h", "sampler=random", "trial=1", "seed=2", "--csv").stdout)
    )
    assert row["n"] == "1"
    by_run = ravine_here("table", "runs/h", "--runs", "--csv").stdout
    assert by_run == (study.folder / "table.csv").read_text()
    rows = list(csv.DictReader(io.StringIO(by_run)))
    assert len(rows) == 2 * 4 * 3
    assert list(rows[0])[:8] == [
        "run",
        "sampler",
        "search.seed",
        "trial",
        "optimizer.lr",
        "optimizer",
        "seed",
        "status",
    ]
    done = ravine_here("table", "runs/h", "trial=9")
    assert done.stderr == "ravine: there is no value of trial '9'; there are: 0, 1, 2, 3\n"


def test_a_run_of_several_trials_has_a_row_for_each(ravine_here):
    study = package.sweep(["hydra/sweeper=search", "problem=ravine", "optimizer.lr=0.1,0.2", "search.trials=5",
                           "training.steps=3", "figures=[]", "study=h"])  # fmt: skip
    assert len(study.runs) == 2
    assert study.table()["trial"].tolist() == [0, 1, 2, 3, 4]
    assert len(ravine_here("table", "runs/h", "optimizer.lr=0.1").stdout.splitlines()) > 1


def first_cells(text):
    return [line.split("  ")[0].rpartition("=")[2] for line in text.splitlines()[1:]]


RATES = ["1e-05", "0.05", "0.1234567", "0.12345671", "0.5"]


@pytest.fixture
def rates(ravine_here):
    words = ["problem=ravine", f"optimizer.lr={','.join(reversed(RATES))}", "training.steps=3", "figures=[]"]
    ravine_here("-m", *words, "study=g")


@pytest.mark.usefixtures("rates")
def test_groups_are_sorted_by_their_values_and_not_by_what_is_printed_of_them(ravine_here):
    assert first_cells(ravine_here("table", "runs/g", "--sort", "group").stdout) == RATES
    assert first_cells(ravine_here("table", "runs/g", "--sort", "group", "--descending").stdout) == RATES[::-1]


@pytest.mark.usefixtures("rates")
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0.1234567", ["0.1234567"]),
        ("0.12345671", ["0.12345671"]),
        ("5e-1", ["0.5"]),
        (".00001", ["1e-05"]),
        ("0.123457", ["0.1234567", "0.12345671"]),  # as the table by run prints them both
    ],
)
def test_rows_are_chosen_by_their_values_however_they_are_typed(ravine_here, typed, kept):
    assert (
        first_cells(ravine_here("table", "runs/g", f"optimizer.lr={typed}", "--sort", "group").stdout) == kept
    )


@pytest.mark.usefixtures("rates")
def test_the_values_that_there_are_can_be_typed(ravine_here):
    done = ravine_here("table", "runs/g", "optimizer.lr=7")
    assert (
        done.stderr == f"ravine: there is no value of optimizer.lr '7'; there are: {', '.join(sorted(RATES))}\n"
    )


def test_lists_and_groups_of_several_settings_are_sorted_by_value_too(ravine_here):
    words = ["dataset.train=20", "dataset.test=20", "training.steps=1", "figures=[]", "study=l"]
    swept = ["network.hidden=[100],[5,5],[5],[20]", "training.batch_size=10,9"]
    ravine_here("-m", *words, *swept)
    by_run = ravine_here("table", "runs/l", "--runs", "--sort", "network.hidden", "--csv").stdout
    widths = [json.loads(row["network.hidden"]) for row in csv.DictReader(io.StringIO(by_run))]
    assert widths == [width for width in ([5], [5, 5], [20], [100]) for _ in range(2)]
    grouped = list(
        csv.DictReader(io.StringIO(ravine_here("table", "runs/l", "--sort", "group", "--csv").stdout))
    )
    ordered = [row["group"] for row in grouped if row["metric"] == "train_loss"]
    assert ordered == [f"hidden=[{w}] batch_size={b}" for w in ("5", "5, 5", "20", "100") for b in (9, 10)]
    (row,) = csv.DictReader(io.StringIO(
        ravine_here("table", "runs/l", "network.hidden=[5,5]", "training.batch_size=9", "--runs", "--csv").stdout
    ))  # fmt: skip
    assert row["network.hidden"] == "[5, 5]"


def test_of_many_studies_those_without_claims_are_named_once(ravine_here):
    claim = "claims=[{says:It falls.,metric:{name:final,of:value},than:9,is:lower,exact:true}]"
    for name in ("a", "b", "c"):
        ravine_here(
            "problem=ravine", "training.steps=2", f"study={name}", "figures=[]", *[claim] * (name == "b")
        )
    shown = ravine_here("claims", "runs").stdout
    assert shown.count("no claims") == 1
    assert shown.startswith("\nruns/b\nsupported: It falls. (")
    assert shown.endswith("\n\nno claims: runs/a, runs/c\n")


def test_what_is_printed_of_a_run_and_of_chosen_ones_is_short(study):
    run = next(iter(study.runs.values()))
    loss, accuracy = (run.final[name] for name in ("train_loss", "test_accuracy"))
    said = f"Run({run.id!r}: completed after 8 steps, train_loss {loss:.4g}, "
    assert repr(run).startswith(said)
    assert f"test_accuracy {accuracy:.4g}" in str(run)
    assert len(repr(run)) < 200
    words = ["hydra/sweeper=search", "problem=ravine", "optimizer.lr=interval(0.01,0.9)", "sampler=random",
             "search.trials=3", "training.steps=3", "figures=[]", "study=h"]  # fmt: skip
    ((settings, chosen),) = (searched := package.sweep(words)).chosen
    first = f"sampler='random', seed=0, optimizer.lr={settings['optimizer.lr']!r}, "
    assert repr(settings).startswith(f"Settings({first}")
    assert repr(settings).endswith(f" and {len(settings) - 6} more)")
    assert dict(settings)["problem.name"] == chosen.config["problem"]["name"] == "ravine"
    assert len(repr(searched.chosen)) < 500


def test_a_study_that_claims_nothing_says_so_in_one_line(ravine_here, study):
    for words in ([], ["--markdown"]):
        assert ravine_here("claims", "runs/s", *words).stdout == "no claims\n"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["table", "nothing"], "nothing: not a study (it has no study.json)"),
        (["status", "."], ".: not a study (it has no study.json)"),
        (
            ["table", "runs/s", "--metric", "tset_loss"],
            "there is no metric 'tset_loss'; did you mean test_loss",
        ),
        (["table", "runs/s", "optimizer=adma"], "there is no value of optimizer 'adma'; did you mean adam"),
        (["table", "runs/s", "optimiser=adam"], "there is no column 'optimiser'; did you mean optimizer"),
        (["table", "runs/s", "adam"], "'adam' is not COLUMN=VALUE"),
        (["table", "runs/s", "--sort", "meen"], "there is no column 'meen'; did you mean mean"),
    ],
)
def test_a_mistake_is_one_line(study, ravine_here, words, says):
    done = ravine_here(*words)
    assert done.returncode == 2
    assert done.stderr.startswith(f"ravine: {says}")
    assert done.stderr.count("\n") == 1


def test_a_study_of_another_version_is_neither_read_nor_overwritten(study, ravine_here):
    path = study.folder / "study.json"
    content = json.loads(path.read_text())
    del content["format"], content["sha256"]
    path.write_text(json.dumps(content))
    for words in (["status", "runs/s"], ["-m", "seed=0,1", "study=s", *SMALL], ["table", "runs/s"]):
        done = ravine_here(*words)
        assert done.returncode == 2
        assert "runs/s: a study of a different version of ravine; use a different folder" in done.stderr
    assert json.loads(path.read_text()) == content


# ---- from Python ---------------------------------------------------------------------------------------------


def test_python_does_what_the_command_does(ravine_here, capsys):
    words = ["optimizer=sgd,adam", "seed=0,1", "workers=1", *SMALL]
    ravine_here("-m", *words, "study=s")
    Path("runs").rename("command")
    study = package.sweep([*words, "study=s"], root="python")
    for name in study.runs:
        for file in ("config.yaml", "metrics.npz", "run.json"):
            assert (study.folder / name / file).read_bytes() == (Path("command/s") / name / file).read_bytes()
    assert study.ledger.command == package.load_study("command/s").ledger.command
    assert len(package.sweep([*words, "study=s"], root="python").runs) == 4  # again, in one process
    run = package.run(["optimizer=adam", "seed=1", *SMALL], root="python")
    assert run.final == study.runs[run.id].final


# Hydra 1.3 has to be told which version to behave as, and 1.4 warns if it is.
@pytest.mark.filterwarnings("ignore:The version_base parameter is deprecated")
def test_python_leaves_no_state_behind():
    from hydra import compose, initialize_config_dir
    from hydra.core.global_hydra import GlobalHydra
    from hydra.core.hydra_config import HydraConfig
    from ravine.config.presets import conf_folder

    package.run(["problem=sphere"])
    assert not GlobalHydra.instance().is_initialized()
    with initialize_config_dir(str(conf_folder()), version_base="1.3"):
        cfg = HydraConfig.instance().cfg
        package.sweep(["problem=sphere", "seed=0,1"])
        assert compose("config", ["seed=7"]).seed == 7  # a notebook's own Hydra goes on
        assert HydraConfig.instance().cfg is cfg


def test_python_says_what_is_wrong():
    with pytest.raises(package.ConfigError, match="there is no such optimizer; did you mean adam"):
        package.sweep(["optimizer=sgd,adma"])
    with pytest.raises(package.ConfigError, match="a grid needs values"):
        package.sweep(["optimizer.lr=interval(0,1)"])
    with pytest.raises(package.ConfigError, match=r"they are a list of strings, \['optimizer=sgd'\]"):
        package.run("optimizer=sgd")
    assert not Path("runs").exists()


def test_a_notebook_shows_tables(study):
    shown = study._repr_html_()
    assert shown.startswith("<table>")
    assert "<th>adam</th><td>3</td>" in shown
    run = package.run(["optimizer=<b>".replace("<b>", "adam"), "dataset.validation=0.2", *SMALL])
    assert "<p>completed after 8 steps</p>" in run._repr_html_()
    assert "at its best" in run._repr_html_()


def test_arrays_for_pandas_polars_and_duckdb(study):
    table = study.table()
    assert list(table) == (study.folder / "table.csv").read_text().splitlines()[0].split(",")
    assert table["seed"].tolist() == [0, 1, 2] * 2
    assert table["final_train_loss"].dtype == float
    curves = study.curves("train_loss")
    assert {len(values) for values in curves.values()} == {6 * 5}
    assert curves["step"].tolist() == [0, 2, 4, 6, 8] * 6
    last = curves["value"][curves["step"] == 8]
    assert last.tolist() == [run.final["train_loss"] for run in study.runs.values()]
    assert len(study.curves("loss")["value"]) == 6 * 8
    with pytest.raises(ValueError, match=r"no run has 'tset_loss'; there are .*test_loss"):
        study.curves("tset_loss")

    pandas, polars, duckdb = (pytest.importorskip(name) for name in ("pandas", "polars", "duckdb"))
    best = pandas.DataFrame(table).groupby("optimizer")["final_train_loss"].median()["adam"]
    assert (
        polars.DataFrame(table).filter(polars.col("optimizer") == "adam")["final_train_loss"].median() == best
    )
    query = f"select median(final_train_loss) from '{study.folder}/table.csv' where optimizer = 'adam'"
    assert duckdb.sql(query).fetchall()[0][0] == pytest.approx(best, rel=1e-15)


def test_a_metric_that_no_run_has_is_no_empty_table(study):
    with pytest.raises(ValueError, match=r"no run has 'test_acuracy'; did you mean test_accuracy"):
        study.statistics("test_acuracy")


def test_a_table_without_all_runs_says_so(study, ravine_here):
    (study.folder / study.ledger.runs[0] / "run.json").unlink()
    done = ravine_here("table", str(study.folder))
    assert done.returncode == 0
    assert "ravine: 1 of 6 runs have not ended, or are damaged: ravine status runs/s says which" in done.stderr


def test_what_is_not_there_is_nan_or_none(study):
    (study.folder / next(iter(study.runs)) / "run.json").unlink()
    table = package.load_study("runs/s").table()
    assert np.isnan(table["final_train_loss"][0])
    assert np.isnan(table["step"][0])
    assert table["status"].tolist()[0] == "missing"


def test_data_that_change_in_a_file_are_read_anew_by_the_next_command_of_a_process(tmp_path):
    import gzip
    import shutil

    from ravine_plugins.datasets.mnist import PACKED

    shutil.copytree(PACKED, "data")
    words = ["dataset=idx", "dataset.folder=data", *SMALL]
    first = package.run(words)
    name = "train-labels-idx1-ubyte.gz"
    labels = bytearray(gzip.decompress(Path("data", name).read_bytes()))
    labels[8:] = labels[:7:-1]
    Path("data", name).write_bytes(gzip.compress(bytes(labels)))
    assert package.run(words).id != first.id


def test_a_swept_list_is_one_value_of_a_column():
    study = package.sweep(["network.hidden=[5,5],[6,6]", *(w for w in SMALL if "hidden" not in w)])
    assert study.table()["network.hidden"].tolist() == [[5, 5], [6, 6]]


def test_a_failed_run_keeps_what_it_had_measured(monkeypatch):
    from ravine_plugins.surfaces.sphere import Sphere

    gradient, asked = Sphere.gradient, []

    def breaks(self, x, y):
        asked.append(x)
        if len(asked) == 10:  # one of them before the run
            raise RuntimeError("no more")
        return gradient(self, x, y)

    monkeypatch.setattr(Sphere, "gradient", breaks)
    run = package.run(["problem=sphere", "training.steps=30", "training.evaluate_every=4", "figures=[]"])
    assert (run.status, run.step) == ("failed", 8)
    assert run.arrays["evaluation.step"].tolist() == [0, 4, 8]
    assert run.error.strip().endswith("RuntimeError: no more")


def test_a_figure_that_drops_runs_drops_its_own(monkeypatch):
    from ravine_plugins.figures.paths import Paths

    def drops(self, study):
        study.runs.clear()
        raise ValueError("nothing is left")

    monkeypatch.setattr(Paths, "draw", drops)
    with pytest.warns(UserWarning, match="figure paths is not drawn: nothing is left"):
        study = package.sweep(["problem=sphere", "seed=0,1"])
    assert len(study.runs) == 2


def test_a_probe_that_sees_no_numbers_is_refused_before_the_first_run(monkeypatch):
    from ravine_plugins.probes.unit_spread import UnitSpread

    monkeypatch.setattr(UnitSpread, "watch", lambda self, problem, rng: lambda: {"it": np.array([object()])})
    with pytest.raises(TypeError, match=r"probe\.unit_spread\.it is an array of type object, not of numbers"):
        package.sweep(["probes=[unit_spread]", "seed=0,1", "workers=1", *SMALL])
    assert not Path("runs").exists()


def test_a_run_that_could_not_be_written_is_an_error_and_not_a_missing_key(monkeypatch):
    from ravine.records import run as recording

    def full(path, content):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(recording, "write_atomically", full)
    with pytest.raises(OSError, match="the run was not made; the lines above say why"):
        package.run(["problem=sphere", "figures=[]"])


def test_progress_that_nobody_reads_any_more_costs_no_run(monkeypatch):
    import sys

    class Closed:
        def write(self, text):
            raise BrokenPipeError

        def isatty(self):
            return False

    monkeypatch.setattr(sys, "stderr", Closed())
    assert package.run(["problem=sphere", "figures=[]"]).status == "completed"
