"""Searches by the command: killed, shared, and with a storage that cannot be used."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
import ravine

SEARCH = ["-m", "hydra/sweeper=search", "sampler=tpe", "search.trials=12", "problem=ravine", "figures=[]",
          "optimizer.lr=tag(log,interval(1e-3,1))", "optimizer=sgd,momentum", "training.steps=20",
          "study=s"]  # fmt: skip


def trials(folder):
    return json.loads((folder / "study.json").read_text())["search"]["trials"]


def refused(done):
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    return line


@pytest.mark.parametrize("sampler", ["tpe", "cmaes"])
def test_a_search_that_is_killed_again_and_again_is_the_one_that_was_not(
    ravine, tmp_path, monkeypatch, sampler
):
    words = [*SEARCH, f"sampler={sampler}", "training.steps=400"]
    (tmp_path / "whole").mkdir()
    (tmp_path / "killed").mkdir()
    monkeypatch.chdir(tmp_path / "whole")
    assert ravine(*words).returncode == 0
    monkeypatch.chdir(tmp_path / "killed")
    rng, kills = random.Random(0), 0
    for ended in (1, 4, 8):
        process = subprocess.Popen([Path(sys.executable).parent / "ravine", *words], stderr=subprocess.DEVNULL)
        while process.poll() is None and len([*Path("runs/s").glob("*/run.json")]) < ended:
            time.sleep(0.01)
        time.sleep(0.2 * rng.random())
        process.send_signal(signal.SIGKILL)
        kills += process.wait() == -signal.SIGKILL
    assert kills == 3
    assert len([*Path("runs/s").glob("*/run.json")]) < 12
    done = ravine(*words)
    assert done.returncode == 0, done.stderr
    assert trials(Path("runs/s")) == trials(tmp_path / "whole" / "runs" / "s")


def test_a_journal_keeps_a_search_too(ravine_here, tmp_path):
    assert ravine_here(*SEARCH).returncode == 0
    done = ravine_here(*SEARCH, "study=j", "search.storage=journal:kept.log")
    assert done.returncode == 0, done.stderr
    assert trials(Path("runs/j")) == trials(Path("runs/s"))
    assert (tmp_path / "kept.log").stat().st_size > 0
    assert not Path("runs/j/search.db").exists()


@pytest.mark.parametrize(
    ("storage", "why"),
    [
        ("postgresql://nobody@127.0.0.1:1/nothing", r"No module named 'psycopg'|Connection refused"),
        ("journal:no/such/folder/kept.log", "No such file or directory"),
        ("sqlite:///no/such/folder/kept.db", "unable to open database file"),
        ("sqlite:///rubbish", "file is not a database"),
        ("rubbish", "Could not parse SQLAlchemy URL"),
    ],
)
def test_a_storage_that_cannot_be_used_is_refused_in_one_line(ravine_here, storage, why):
    Path("rubbish").write_text("a" * 200)
    line = refused(ravine_here(*SEARCH, f"search.storage='{storage}'"))
    assert line.startswith(f"ravine: search.storage = {storage}: it cannot be used: ")
    assert any(part in line for part in why.split("|")), line
    assert not Path("runs/s/study.json").exists()


@pytest.mark.parametrize("storage", ["journal:~/kept", "sqlite:///~/kept", "'journal:~/kept'"])
def test_a_storage_may_lie_in_the_home(ravine_here, monkeypatch, tmp_path, storage):
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    done = ravine_here(*SEARCH, f"search.storage={storage}")
    assert done.returncode == 0, done.stderr
    assert (home / "kept").is_file()


def test_the_storage_of_another_search_is_refused(ravine_here):
    storage = "search.storage='sqlite:///kept.db'"
    assert ravine_here(*SEARCH, storage).returncode == 0
    Path("runs/s/study.json").unlink()
    line = refused(ravine_here(*SEARCH, storage, "optimizer.lr=interval(0.1,1)"))
    assert line == (
        "ravine: search.storage = sqlite:///kept.db: its study 's-tpe-0' is another search: study=NAME keeps them apart"
    )
    assert ravine_here(*SEARCH, storage, "optimizer.lr=interval(0.1,1)", "study=t").returncode == 0


@pytest.mark.parametrize("kept", ["search.db", "kept.log"])
def test_a_memory_that_is_damaged_can_be_moved_away(ravine_here, kept):
    file = Path("kept.log") if kept == "kept.log" else Path("runs/s/s-tpe-0/search.db")
    storage = [f"search.storage=journal:{file}"] * (kept == "kept.log")
    assert ravine_here(*SEARCH, *storage, "search.trials=12").returncode == 0
    before = trials(Path("runs/s"))
    content = file.read_bytes()
    file.write_bytes(content[:40] + b"\xff" * 4000 + content[4040:])
    line = refused(ravine_here(*SEARCH, *storage, "search.trials=12"))
    assert line.startswith(f"ravine: {'search.storage = journal:' * bool(storage)}{file}: it cannot be used: ")
    assert line.endswith("; move it away, and the same command proposes anew from the runs that there are")
    file.rename("moved")
    done = ravine_here(*SEARCH, *storage, "search.trials=12")
    assert (done.returncode, trials(Path("runs/s"))) == (0, before)
    assert done.stderr.count("4 done before") == 3


def test_cmaes_reads_nothing_that_others_may_have_written(ravine_here):
    line = refused(ravine_here(*SEARCH, "sampler=cmaes", "search.storage=journal:kept.log"))
    assert line == (
        "ravine: search.storage = journal:kept.log: whoever can write there could run code here by what CMAES keeps; "
        "it keeps it in the study's folder alone"
    )
    assert not Path("kept.log").exists()


def test_two_commands_at_one_search_share_it(ravine_here):
    words = [*SEARCH, "training.steps=200"]
    command = Path(sys.executable).parent / "ravine"
    both = [subprocess.Popen([command, *words], stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=120)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    together = trials(Path("runs/s"))
    assert ravine_here(*words, "study=alone").returncode == 0
    assert [trial["point"] for trial in together] == [trial["point"] for trial in trials(Path("runs/alone"))]


def test_tables_that_another_command_makes_at_the_same_moment_are_waited_for(ravine_here, monkeypatch):
    exc = pytest.importorskip("sqlalchemy.exc")
    storages = pytest.importorskip("optuna").storages
    real, calls = storages.RDBStorage.__init__, []

    def first_fails(self, *args, **named):
        calls.append(args)
        if len(calls) == 1:
            raise exc.IntegrityError("insert", {}, Exception("UNIQUE constraint failed: alembic_version"))
        real(self, *args, **named)

    monkeypatch.setattr(storages.RDBStorage, "__init__", first_fails)
    assert ravine_here(*SEARCH).returncode == 0
    assert len(calls) > 1


@pytest.mark.parametrize("storage", ["", "sqlite:///kept.db"])
def test_a_memory_that_proposes_other_points_than_the_ledger_has_is_refused(ravine_here, storage):
    words = [*SEARCH, *[f"search.storage='{storage}'"] * bool(storage)]
    assert ravine_here(*words, "search.trials=6").returncode == 0
    before = Path("runs/s/study.json").read_bytes()
    file = "kept.db" if storage else "runs/s/s-tpe-0/search.db"
    with sqlite3.connect(file) as database:
        changed = database.execute(
            "update trial_params set param_value = 0.5 where param_name = 'optimizer.lr' and trial_id = 3"
        )
        assert changed.rowcount == 1
    place = f"search.storage = {storage}" if storage else "runs/s/s-tpe-0"
    line = refused(ravine_here(*words, "search.trials=12"))
    assert line.startswith(
        f"ravine: {place}: it has trial 2 with optimizer.lr=0.5, and runs/s/study.json with optimizer.lr="
    )
    assert line.endswith(
        ": one of them was changed; without it the same command proposes anew, and study=NAME keeps them apart"
    )
    assert Path("runs/s/study.json").read_bytes() == before


@pytest.mark.parametrize("content", ["my notes\nof today\n", '{"a": 1}\n', "[3]", "\0\0"])
def test_a_file_that_is_not_a_journal_is_left_alone(ravine_here, content):
    Path("notes.txt").write_text(content)
    line = refused(ravine_here(*SEARCH, "search.storage=journal:notes.txt"))
    assert line == (
        "ravine: search.storage = journal:notes.txt: it cannot be used: it is not a journal of Optuna; "
        "a file that is not there is made"
    )
    assert Path("notes.txt").read_text() == content
    assert [path.name for path in Path().iterdir() if path.name != "runs"] == ["notes.txt"]


def test_a_pipe_is_not_a_journal(ravine_here):
    os.mkfifo("pipe")
    assert "it is not a journal of Optuna" in refused(ravine_here(*SEARCH, "search.storage=journal:pipe"))


def test_a_folder_may_have_any_name(ravine_here):
    for name in ("scratch?1", "scratch?2"):
        study = ravine.sweep([*SEARCH[1:], "search.trials=2"], root=name)
        assert len(study.runs) == 2
        assert Path(name, "s", "s-tpe-0", "search.db").stat().st_size > 0
    assert not Path("scratch").exists()


def test_a_memory_is_not_kept_behind_a_link(ravine_here):
    Path("elsewhere").mkdir()
    Path("runs/s").mkdir(parents=True)
    Path("runs/s/s-tpe-0").symlink_to(Path("elsewhere").resolve())
    line = refused(ravine_here(*SEARCH, "search.trials=2"))
    assert line == "ravine: runs/s/s-tpe-0 cannot be written: runs/s/s-tpe-0 is a link"
    assert not list(Path("elsewhere").iterdir())
