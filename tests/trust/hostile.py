"""Hostile: configurations and studies of strangers that would run, read, write or show something."""

import contextlib
import csv
import io
import itertools
import json
import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import ravine
import yaml
from ravine.base.errors import ConfigError
from ravine.base.tables import as_html
from ravine.evidence.verdicts import judge_study
from ravine.records.axes import flat
from ravine.records.ledger import Ledger
from ravine.records.run import Run
from ravine.records.study import Study, load_study
from ravine.reports import player, report
from ravine.reports.player.page import SCRIPTS, play_page
from ravine.reports.report.page import entry_of, report_page
from ravine.reports.templates import joined

from trust.battery import Result, Told, TooLongError, command, fault, limited, line, little_memory, watched

WHAT = "strangers' configurations and studies: nothing runs, is imported, written outside, shown of the environment, or printed raw"
_REPORT = joined(Path(report.__file__).parent, ["page.js"])
_PLAYER = joined(Path(player.__file__).parent, SCRIPTS)

BOUNDED = 400
LONG = 10_000

SECRET = "a-secret-of-the-environment"
MEMORY = 2 << 30

# ---- configurations ------------------------------------------------------------------------------------------

CANARY = "@canary@"  # stands for the path of a file that nobody may make

CALLS: dict[str, Any] = {
    "os.system": {"_target_": "os.system", "_args_": [f"touch {CANARY}"]},
    "open": {"_target_": "builtins.open", "file": CANARY, "mode": "w"},
    "FileHandler": {"_target_": "logging.FileHandler", "filename": CANARY},
    "Path.touch": {
        "_target_": "pathlib.Path.touch",
        "_args_": [{"_target_": "pathlib.Path", "_args_": [CANARY]}],
    },
    "a module": {"_target_": "canary_module.make"},
    "a class of Hydra's": {
        "_target_": "hydra._internal.core_plugins.basic_launcher.BasicLauncher",
        "x": {"_target_": "canary_module.make"},
    },
    "a call in a list": [
        {"_target_": "canary_module.make"},
        {"name": "x", "of": {"_target_": "canary_module.make"}},
    ],
    "made by oc.create": "${oc.create:{_target_: canary_module.make}}",
    "made by two interpolations": "${oc.create:${oc.decode:'{_target_: canary_module.make}'}}",
    "another section": "${canary_section}",
    "the environment": "${oc.env:CANARY_SECRET}",
    "the environment in text": "x ${oc.env:CANARY_SECRET} ${oc.env:${oc.decode:CANARY_SECRET}}",
    "a factory of logging": {"()": "canary_module.make"},
    "a class of logging": {"class": "logging.FileHandler", "filename": CANARY, "level": "DEBUG"},
    "an object of logging": {"class": "logging.StreamHandler", "stream": "ext://canary_module.made"},
    "escapes": "\x1b]0;canary\x07\x1b[31m",
    "a module of a search path": "pkg://canary_module",
    "modules of a search path": ["pkg://canary_module", "file:///"],
    "a path outside": f"{CANARY}/x",
    "a relative path outside": "../canary/x",
    "an environment": {"CANARY_SET": "1"},
}
SECTIONS = ("optimizer", "optimizer.x", "optimizer.lr", "problem", "problem.x", "schedule", "training", "training.steps", "seed",
            "figures", "claims", "probes", "values", "values.x", "question", "study", "sampler", "search", "search.storage",
            "network.layers", "workers", "x", "canary_section", "hydra", "hydra.sweeper", "hydra.sweeper.x",
            "hydra.sweeper.params", "hydra.sweeper.params.seed", "hydra.launcher", "hydra.launcher.x", "hydra.callbacks",
            "hydra.callbacks.x", "hydra.job_logging", "hydra.job_logging.handlers.x", "hydra.job_logging.formatters.x",
            "hydra.job_logging.root", "hydra.hydra_logging", "hydra.hydra_logging.handlers.x", "hydra.hydra_logging.filters.x",
            "hydra.help", "hydra.help.template", "hydra.help.header", "hydra.help.app_name", "hydra.hydra_help.template",
            "hydra.searchpath", "hydra.run.dir", "hydra.sweep.dir", "hydra.sweep.subdir", "hydra.output_subdir", "hydra.job",
            "hydra.job.name", "hydra.job.chdir", "hydra.job.env_set", "hydra.job.env_copy", "hydra.job.config",
            "hydra.job.config.override_dirname", "hydra.runtime", "hydra.runtime.output_dir", "hydra.runtime.choices",
            "hydra.overrides.task", "hydra.overrides.hydra", "hydra.verbose", "hydra.mode", "hydra.env")  # fmt: skip
MODES = (["--dry-run"], ["-m", "--dry-run"], [], ["-m"], ["--cfg", "job"], ["--cfg", "all"], ["--cfg", "hydra", "--resolve"],
         ["--cfg", "job", "--resolve"], ["--info", "all"], ["--info", "config"], ["--info", "searchpath"],
         ["--info", "defaults-tree"], ["--help"], ["--hydra-help"], ["-m", "hydra/sweeper=search", "search.trials=2"])  # fmt: skip
DOORS = ("experiment", "config", "primary", "preset", "words", "compose", "sweep")
RAW = {
    "a tag that calls": "x: !!python/object/apply:os.system ['touch @canary@']\n",
    "a tag that makes": "x: !!python/object/new:canary_module.Made []\n",
    "a tag of a module": "x: !!python/module:canary_module\n",
    "a tag of a name": "x: !!python/name:canary_module.make\n",
    "aliases without end": "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in itertools.pairwise("abcdefghij")),
    "an alias of itself": "x: &x [*x]\n",
    "ten thousand brackets": "x: " + "[" * 10_000 + "]" * 10_000 + "\n",
    "a key twice": "x: 1\nx: 2\n",
    "two documents": "x: 1\n---\nx: 2\n",
    "a null character": "x: \0\n",
    "not UTF-8": "x: \udcff\n",
    "an escape in a key": '"\\e[31m": 1\n',
    "a list": "- x\n",
    "a huge number": f"seed: {'9' * 5000}\n",
    "defaults of itself": "defaults: [evil]\n",
    "defaults outside": "defaults: [/../../x]\n",
    "defaults by interpolation": "defaults: [optimizer: '${oc.env:CANARY_SECRET}']\n",
    "logging of Hydra's": "defaults: [{override /hydra/job_logging: default}, {override /hydra/hydra_logging: default}]\n",
    "a database outside": f"search: {{storage: 'sqlite:///{CANARY}', trials: 2, objective: value}}\n"
    "hydra: {sweeper: {params: {sampler: tpe, optimizer.lr: 'interval(0.1,0.5)'}}}\n"
    "defaults: [{override /hydra/sweeper: search}]\n",
    "a journal outside": f"search: {{storage: 'journal:{CANARY}', trials: 2, objective: value}}\n"
    "hydra: {sweeper: {params: {sampler: tpe, optimizer.lr: 'interval(0.1,0.5)'}}}\n"
    "defaults: [{override /hydra/sweeper: search}]\n",
    "another sweeper": "defaults: [{override /hydra/sweeper: basic}, {override /hydra/launcher: basic}]\n",
}  # fmt: skip


def nested(section: str, value: Any) -> dict[str, Any]:
    """Return a mapping with a value at a path."""
    *outer, last = section.split(".")
    made: dict[str, Any] = {last: value}
    for key in reversed(outer):
        made = {key: made}
    return made


def dumped(section: str, value: Any) -> str:
    """Return the YAML of a section."""
    text = yaml.safe_dump(nested(section, value), allow_unicode=True, sort_keys=False)
    if section != "canary_section" and value == "${canary_section}":
        text += "canary_section: {_target_: canary_module.make}\n"
    return text


def lines_of(section: str, value: Any) -> list[str]:
    """Return the words that set a section on a command line."""
    if isinstance(value, Mapping):
        return [word for key, item in value.items() for word in lines_of(f"{section}.{key}", item)]
    text = json.dumps(value) if isinstance(value, str) and not value.startswith("${") else _inline(value)
    return [f"++{section}={text}"]


def _inline(value: Any) -> str:
    if isinstance(value, list):
        return f"[{','.join(map(_inline, value))}]"
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{json.dumps(key)}:{_inline(item)}" for key, item in value.items()) + "}"
    return str(value) if str(value).startswith("${") else json.dumps(value)


def placed(door: str, text: str, folder: Path, mode: list[str]) -> list[str]:
    """Write a stranger's file where a door is; return the words of the command that opens it."""
    mine = folder / "mine"
    base = ["training.steps=2", "figures=[]"]
    content = text.encode("utf-8", "surrogateescape")
    whole = b"defaults: [root, {problem: sphere}, _self_]\n" if b"defaults:" not in content else b""
    places = {
        "experiment": ("experiment/evil.yaml", b"# @package _global_\n", ["experiment=evil"]),
        "preset": ("optimizer/evil.yaml", b"# @package _global_\n", ["optimizer=evil"]),
        "config": ("evil.yaml", whole, []),
        "primary": ("config.yaml", whole, []),
    }
    file, head, words = places[door]
    path = mine / file
    path.parent.mkdir(parents=True)
    path.write_bytes(head + content)
    if door == "config":
        return ["--config-path", str(mine), "--config-name", "evil", *mode]
    return ["--config-dir", str(mine), *words, "problem=sphere", *base, *mode]


class Canaries:
    """Looks whether a try has made, imported, set or shown something."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        modules = folder / "modules"
        modules.mkdir()
        self.file = folder / "canary"
        (modules / "canary_module.py").write_text(
            f"import os\nmade = None\nopen({str(self.file)!r}, 'w').close()\n"
            "class Made:\n    pass\ndef make(*_, **__):\n    return None\n"
        )
        sys.path.insert(0, str(modules))
        os.environ["CANARY_SECRET"] = SECRET

    def of(self, place: Path, told: Told, seen: list[str], *, secret: bool, terminal: bool) -> str:
        """Return what has happened that must not, or ""."""
        found = ""
        if "canary_module" in sys.modules:
            del sys.modules["canary_module"]
            found = "a module was imported"
        for path in (self.file, place.parent / "canary"):
            if path.is_dir():
                shutil.rmtree(path)
                found = found or "a folder was made outside"
            elif path.exists():
                path.unlink()
                found = found or "code was run, or a file was made outside"
        outside = [entry for entry in seen if not entry.split(" ", 1)[-1].startswith(str(place / "runs"))]
        if outside:
            found = found or f"outside of runs: {'; '.join(outside[:3])}"
        if secret and SECRET in told.out + told.err:
            found = found or "the environment was shown"
        if secret and any(
            SECRET.encode() in path.read_bytes() for path in (place / "runs").rglob("*") if path.is_file()
        ):
            found = found or "the environment was written down"
        return found or (raw(told.out + told.err) if terminal else "")


def raw(text: str) -> str:
    """Return which control character would reach a terminal, or ""."""
    bad = next((c for c in text if unicodedata.category(c) == "Cc" and c not in "\n\t"), "")
    return f"{bad!r} was printed raw" if bad else ""


@dataclass(frozen=True)
class Try:
    """A stranger's configuration: through which door, what it says, and what the user does with it."""

    door: str
    section: str
    call: str
    mode: list[str]


def configuration(one: Try, place: Path, canaries: Canaries) -> Result:
    """Try one configuration."""
    value = _with_path(CALLS.get(one.call), str(canaries.file))
    # Who types a variable's name may see it.
    secret = one.door != "words"
    scripted_here = one.door in ("compose", "sweep")
    with contextlib.chdir(place):
        if one.door == "words":
            setting = lines_of(one.section, value)
            words = [*setting, "problem=sphere", "training.steps=2", "figures=[]", *one.mode]
        else:
            text = RAW[one.call] if one.call in RAW else dumped(one.section, value)
            door = one.door if one.door in ("preset", "config", "primary") else "experiment"
            words = placed(door, text.replace(CANARY, str(canaries.file)), place, one.mode)
        with watched(place / "runs") as seen:
            told = scripted(one.door, place / "mine") if scripted_here else command(*words, waiting=60)
        # A run that was made may end with a status of its own.
        failure = canaries.of(place, told, seen, secret=secret, terminal=not scripted_here) or fault(
            told, (0, 1, 2)
        )
    given = f"ravine.{one.door}({EVIL})" if scripted_here else line(*words)
    shown = f"{one.section or 'a file'}: {one.call}, by {one.door}: {given}".replace(str(canaries.folder), "…")
    return Result("a stranger's configuration", shown[:1000], failure)


EVIL = ["experiment=evil", "problem=sphere", "training.steps=2", "figures=[]"]


def scripted(door: str, folder: Path) -> Told:
    """Compose, or make, a stranger's experiment as a script does."""
    try:
        with limited(waiting=60):
            if door == "compose":
                ravine.build(ravine.compose(EVIL, config_dir=folder))
            else:
                ravine.sweep(EVIL, config_dir=folder)
    except (ConfigError, ValueError, OSError) as error:
        return Told(2, "", f"ravine: {error}")
    except (Exception, TooLongError) as error:
        return Told(None, "", "", f"{type(error).__name__}: {str(error)[:200]}")
    return Told(0, "", "")


def _with_path(value: Any, canary: str) -> Any:
    if isinstance(value, str):
        return value.replace(CANARY, canary)
    if isinstance(value, Mapping):
        return {key: _with_path(item, canary) for key, item in value.items()}
    return [_with_path(item, canary) for item in value] if isinstance(value, list) else value


# ---- studies that were received ------------------------------------------------------------------------------

TEXTS = {
    "an escape": "\x1b[2J\x1b]0;owned\x07",
    "a one-byte escape": "\x9b2J",
    "a return": "good\rbad",
    "backspaces": "bad\b\b\bgood",
    "a null character": "a\0b",
    "half a character": "\ud800",
    "a script": "<script>alert(1)</script>",
    "a picture": "<img src=x onerror=alert(1)>",
    "a quote": "\" onmouseover=\"alert(1)",
    "a formula": "=cmd|' /C calc'!A0",
    "a formula with @": "@SUM(1+1)",
    "a formula with +": "+1+cmd|' /C calc'!A0",
    "a formula with -": "-2+3+cmd|' /C calc'!A0",
    "a formula after a tab": "\t=cmd|' /C calc'!A0",
    "a formula after a return": "\r=cmd|' /C calc'!A0",
    "a formula after a space": " =cmd|' /C calc'!A0",
    "a link": "[x](javascript:alert(1))",
    "cells": "a | b | c",
    "a path outside": "../../canary",
    "an absolute path": "/tmp/canary-of-trust",
    "a long text": "x" * 20_000,
    "mathematics": "$\\frac{1}{",
    "format": "{0.__class__} %s %(x)s",
    "the environment": "${oc.env:CANARY_SECRET} $CANARY_SECRET",
}  # fmt: skip
FIELDS = ("question", "command", "claim", "claim metric", "figure", "figure field", "component", "setting", "setting name",
          "metric", "array", "error", "status", "version", "source", "run", "asked", "folder")  # fmt: skip


def example(folder: Path) -> Study:
    """Make the study that strangers change."""
    with contextlib.chdir(folder):
        claim = "{says: Adam ends lower., metric: {name: final, of: value}, where: {optimizer: adam}, than: {optimizer: sgd}, is: lower, exact: true}"
        told = command(
            "-m",
            "problem=sphere",
            "optimizer=sgd,adam",
            "training.steps=3",
            "figures=[]",
            f"claims=[{claim}]",
            "study=example",
        )
        assert told.status == 0, told
        return load_study(folder / "runs" / "example")


def received(study: Study, field: str, text: str, folder: Path) -> Path:
    """Write a study as a stranger can, with a text in a field and every hash right; return its folder."""
    ledger = json.loads(json.dumps(vars(study.ledger), default=lambda _: None))
    runs = [json.loads(json.dumps({k: v for k, v in vars(run).items() if k != "arrays"})) | {"arrays": dict(run.arrays)}
            for run in study.runs.values()]  # fmt: skip
    run = runs[0]
    place = folder / "received"
    match field:
        case "question" | "command":
            ledger[field] = text
        case "claim":
            ledger["claims"][0]["says"] = text
        case "claim metric":
            ledger["claims"][0]["metric"]["of"] = text
        case "figure":
            ledger["figures"] = [text]
        case "figure field":
            ledger["figures"] = [{"name": "paths", text: text}]
        case "component":
            run["config"]["optimizer"]["name"] = text
        case "setting":
            run["config"]["optimizer"]["lr"] = text
        case "setting name":
            run["config"]["optimizer"][text] = 1
        case "metric":
            run["final"][text] = run["best"][text] = 1.0
        case "array":
            run["arrays"][text.replace("\0", "").replace("\ud800", "") or "x"] = np.zeros(2)
        case "error":
            run |= {"status": "failed", "final": {}, "error": f"Traceback\nValueError: {text}\n"}
        case "status":
            run["status"] = text
        case "version":
            run["provenance"].setdefault("versions", {})["numpy"] = text
        case "source":
            run["provenance"]["made_of"]["components"]["optimizer"]["distribution"] = text
        case "folder":
            place = folder / (re.sub(r"[/\0\ud800]", "_", text)[:100] or "x")
    made = [Run(**values) for values in runs]
    for one in made:
        one.save(place / one.id, "seed: 0\n")
    ledger["runs"] = [one.id for one in made]
    ledger["asked"] = {one.id: flat(one.config) for one in made}
    if field == "run":
        ledger["runs"].append(text)
    if field == "asked":
        ledger["asked"][made[0].id]["optimizer.lr"] = text
    Ledger(**(ledger | {"search": None})).write(place)
    return place


VIEWS = (["status"], ["table"], ["table", "--runs"], ["table", "--csv"], ["table", "--runs", "--csv"], ["claims"],
         ["claims", "--markdown"], ["figures"])  # fmt: skip
MARKUP = {
    "a page": re.compile(r"<script|<img src=x|\"\s*onmouseover=", re.IGNORECASE),
    "--markdown": re.compile(r"<script|<img src=x|(?<!\\)\]\(javascript:", re.IGNORECASE),
}


def view(study: Study, field: str, what: str, words: list[str], place: Path, canaries: Canaries) -> Result:
    """Look at a study of a stranger's with one command, or as a page."""
    shown = f"{what} as {field}: {' '.join(words) or 'a page'}"
    try:
        folder = received(study, field, TEXTS[what], place)
    except (ValueError, OSError) as error:
        # It cannot even be written: no stranger can send it.
        return Result("a stranger's study", shown, "" if "\n" not in str(error) else str(error))
    with contextlib.chdir(place):
        with watched(place) as seen:
            told = command(*words, str(folder.relative_to(place)), waiting=60) if words else page(folder)
        # A page is for no terminal.
        failure = canaries.of(place, told, [], secret=True, terminal=bool(words))
        if not failure and (seen or any(place.rglob("canary*")) or (place.parent / "canary").exists()):
            failure = f"a file outside of the study: {'; '.join(seen[:3])}"
        failure = failure or fault(told, (0, 1, 2))
        markup = MARKUP.get(words[-1] if words else "a page")
        if not failure and markup and (found := markup.search(told.out)):
            failure = f"{found[0]!r} is in the page"
        if not failure and "--csv" in words:
            failure = formula(told.out)
        table = folder / "table.csv"
        if not failure and words == ["figures"] and table.exists():
            failure = formula(table.read_text())
    return Result("a stranger's study", shown, failure)


def _foreign(html: str) -> str:
    """Return a page without the scripts that are ravine's own, and without packed arrays, which are not markup."""
    for own in (_REPORT, _PLAYER):
        html = html.replace(f"<script>{own}</script>", "")
    return re.sub(r'<script type="text/plain" id="(about|arrays)">[A-Za-z0-9+/=]*</script>', "", html)


def page(folder: Path) -> Told:
    """Return a study as pages for a browser and a notebook show it."""
    try:
        study = load_study(folder)
        findings = judge_study(study)
        parts = [
            _foreign(report_page("Received", {"All": [entry_of(findings, folder.parent)]})),
            study._repr_html_(),
        ]
        if any("path" in run.arrays for run in study.runs.values()):
            parts.append(_foreign(play_page(study, folder.name)))
        parts += [run._repr_html_() for run in study.runs.values()] + [
            as_html([[str(row)] for row in study.rows()])
        ]
        return Told(0, "\n".join(parts).replace("\r", " "), "")
    except (ValueError, OSError) as error:
        return Told(2, "", f"ravine: {error}")
    except Exception as error:
        return Told(None, "", "", f"{type(error).__name__}: {str(error)[:200]}")


def formula(text: str) -> str:
    """Return the first cell of CSV that a spreadsheet would compute, or ""."""
    for row in csv.reader(io.StringIO(text)):
        for cell in row:
            try:
                float(cell)
            except ValueError:
                if cell[:1] in ("=", "+", "-", "@", "\t", "\r"):
                    return f"{cell[:60]!r} is a cell of CSV"
    return ""


# ---- links and pipes in a study ------------------------------------------------------------------------------


def _swap(target: str, kind: str) -> Callable[[Path, Path], None]:
    """Return what puts a link or a pipe where a file of a study is."""

    def put(study: Path, outside: Path) -> None:
        name = target.replace("RUN", next(study.glob("*/run.json")).parent.name)
        path = study / name
        path.parent.mkdir(exist_ok=True)
        if kind == "a link to a folder":
            if path.is_dir():
                shutil.rmtree(path)
            path.symlink_to(outside, target_is_directory=True)
            return
        path.unlink(missing_ok=True)
        if kind == "a pipe":
            os.mkfifo(path)
        else:
            path.symlink_to(
                {"a link to a file": outside / "file", "a link to nothing": outside / "canary"}.get(
                    kind, Path("/dev/zero")
                )
            )

    return put


LINKS = {
    f"{kind} at {target}": _swap(target, kind)
    for kind, targets in {
        "a link to a folder": ("figures", "figures/paths"),
        "a link to a file": ("figures/paths.png", "table.csv", "table.txt", "claims.json", "lock", "study.json"),
        "a link to nothing": ("figures/paths.png", "figures/paths.svg", "table.csv", "claims.json", "lock", "RUN/lock"),
        "a link to /dev/zero": ("study.json", "RUN/run.json", "RUN/metrics.npz", "RUN/config.yaml", "RUN/timing.json", "RUN/checkpoint"),
        "a pipe": ("study.json", "RUN/run.json", "RUN/metrics.npz", "RUN/config.yaml", "RUN/timing.json", "lock", "RUN/lock", "table.csv",
                   "claims.json", "figures/paths.png"),
    }.items()
    for target in targets
}  # fmt: skip


def linked(study: Study, what: str, words: list[str], place: Path) -> Result:
    """Look at a study in which a link or a pipe is where a file should be."""
    folder, outside = place / "runs" / "example", place / "outside"
    shutil.copytree(study.folder, folder)
    outside.mkdir()
    (outside / "file").write_bytes(b"of the user")
    if words == ["figures"]:
        replace(study.ledger, figures=["paths"]).write(folder)
    LINKS[what](folder, outside)
    with contextlib.chdir(place):
        told = command(*words, "runs/example", waiting=20)
    failure = ""
    if [path.name for path in outside.iterdir()] != ["file"] or (
        outside / "file"
    ).read_bytes() != b"of the user":
        failure = "a file outside of the study was made or changed"
    return Result(
        "links and pipes in a study", f"{what}: ravine {' '.join(words)}", failure or fault(told, (0, 1, 2))
    )


# ---- the battery ---------------------------------------------------------------------------------------------


def battery(rng: np.random.Generator, number: int, folder: Path) -> Iterator[Result]:
    """Yield tries of all kinds, drawn without repetition: half of configurations, then studies, then links."""
    canaries, study = Canaries(folder), example(folder)
    little_memory(MEMORY)
    configurations = [
        *(
            Try(door, section, call, mode)
            for door in DOORS
            for section in SECTIONS
            for call in CALLS
            for mode in MODES
        ),
        *(Try(door, "", call, mode) for door in DOORS if door != "words" for call in RAW for mode in MODES),
    ]
    files = [one for one in configurations if one.call in RAW]
    views = [(field, what, words) for field in FIELDS for what in TEXTS for words in [*map(list, VIEWS), []]]
    links = [(what, list(words)) for what in LINKS for words in (["status"], ["table"], ["figures"])]
    share = number // 8
    tries: list[Callable[[Path], Result]] = []
    tries += [
        lambda place, one=one: configuration(one, place, canaries)
        for one in drawn(configurations, 3 * share, rng)
    ]
    tries += [lambda place, one=one: configuration(one, place, canaries) for one in drawn(files, share, rng)]
    tries += [lambda place, one=one: view(study, *one, place, canaries) for one in drawn(views, 3 * share, rng)]
    tries += [
        lambda place, one=one: linked(study, *one, place) for one in drawn(links, number - len(tries), rng)
    ]
    for i, attempt in enumerate(tries):
        place = folder / f"{i}" / "here"
        place.mkdir(parents=True)
        try:
            yield attempt(place)
        except (Exception, TooLongError) as error:
            yield Result("a stranger's", f"try {i}", f"the battery: {type(error).__name__}: {str(error)[:300]}")
        os.chdir(folder)
        shutil.rmtree(place.parent, ignore_errors=True)


def drawn(things: list[Any], number: int, rng: np.random.Generator) -> list[Any]:
    """Draw some things without repetition."""
    return [things[int(i)] for i in rng.permutation(len(things))[:number]]
