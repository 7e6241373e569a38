"""The ``ravine`` command: Hydra's, with words of its own in front: ``list`` and ``figures``."""

from __future__ import annotations

import argparse
import os
import re
import shlex
import sys
import traceback
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ravine.files import sha256

if TYPE_CHECKING:
    from omegaconf import DictConfig

    from ravine.study import Study

__all__ = ["main"]

RUNS = Path("runs")


class RunsFailedError(Exception):
    """Runs ended with an error; the rest of the study is whole."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status.

    Returns
    -------
    int
        0, 1 if runs failed, 2 if the input cannot be used, 130 after Ctrl-C.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    full_error = os.environ.get("HYDRA_FULL_ERROR") == "1"
    os.environ["HYDRA_FULL_ERROR"] = "1"  # Hydra shall hand its errors over instead of printing them
    warnings.showwarning = _one_line  # type: ignore[assignment]
    try:
        words = {"list": _list, "figures": _figures, "--version": _version}
        if arguments and arguments[0] in words:
            words[arguments[0]](arguments[1:])
        else:
            _hydra(arguments)
    except KeyboardInterrupt:
        print("\nstopped; the same command goes on where it stopped", file=sys.stderr)
        return 130
    except RunsFailedError as error:
        print(f"ravine: {error}", file=sys.stderr)
        return 1
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0 if stop.code is None else 2
    except Exception as error:
        from ravine.explain import explain

        if full_error:
            traceback.print_exc()
        print(f"ravine: {explain(error)}", file=sys.stderr)
        return 2
    return 0


def _one_line(message: Warning | str, *_: object, **__: object) -> None:
    print(f"ravine: warning: {message}", file=sys.stderr)


# ---- running -------------------------------------------------------------------------------------------------


def _hydra(arguments: list[str]) -> None:
    import hydra

    from ravine.config import conf_folder, setup

    setup()
    sys.argv = ["ravine", *arguments]
    hydra.main(version_base="1.3", config_path=str(conf_folder()), config_name="config")(_job)()


def _job(cfg: DictConfig) -> None:
    """Run one configuration: alone, or as the job of a launcher."""
    from hydra.core.hydra_config import HydraConfig
    from hydra.types import RunMode

    from ravine import running
    from ravine.config import build
    from ravine.progress import Progress

    experiment = build(cfg)
    hydra_cfg = HydraConfig.get()
    overrides = list(hydra_cfg.overrides.task)
    if hydra_cfg.mode == RunMode.MULTIRUN:
        running.run_one(RUNS / str(experiment.study), experiment, _label(overrides), Progress(1))
        return
    if hydra_cfg.sweeper.get("params"):
        print("ravine: this experiment is a sweep: -m runs all of it, this is one run", file=sys.stderr)
    running.check([experiment])
    folder = RUNS / study_name(experiment.study, overrides)
    _report(running.run_all(folder, _command([], overrides), [experiment], [_label(overrides)]))


def sweep(
    typed: Sequence[str],
    jobs: Sequence[Sequence[str]],
    compose: Callable[[Sequence[str]], DictConfig],
    launcher: Any,
) -> None:
    """Run a grid of jobs after all of them are checked.

    Parameters
    ----------
    typed : sequence of str
        Overrides as the user typed them.
    jobs : sequence of sequences of str
        Overrides of every job.
    compose : callable
        From a job's overrides to its configuration.
    launcher : Hydra launcher
        Gets the jobs unless it is Hydra's own for this process, which would compose them once more.
    """
    from hydra._internal.core_plugins.basic_launcher import BasicLauncher

    from ravine import running
    from ravine.config import ConfigError, build

    experiments = {}
    for job in jobs:
        try:
            experiment = build(compose(job))
        except ConfigError as error:
            raise ConfigError(f"{error}\n  in the run {' '.join(job)}") from None
        experiments[experiment.id] = (experiment, job)
    running.check([experiment for experiment, _ in experiments.values()])
    todo = [experiment for experiment, _ in experiments.values()]
    name = study_name(todo[0].study, typed)
    labels = [_label(job) for _, job in experiments.values()]
    if isinstance(launcher, BasicLauncher):
        study = running.run_all(RUNS / name, _command(["-m"], typed), todo, labels)
    else:
        running.begin(RUNS / name, _command(["-m"], typed), todo)
        try:
            launcher.launch([[*job, f"study={name}"] for _, job in experiments.values()], initial_job_idx=0)
        finally:
            study = running.finish(RUNS / name, todo[-1].figures)
    _report(study)


def study_name(given: str | None, overrides: Sequence[str]) -> str:
    """Return a study's folder name: as given, the experiment's, or the command's overrides.

    To an experiment's name the command's single values are added, for they change what every run of it is;
    values that are swept extend it.
    """
    from hydra.core.override_parser.overrides_parser import OverridesParser

    parsed = OverridesParser.create().parse_overrides([o for o in overrides if not o.startswith("hydra.")])
    keys = {override.key_or_group for override in parsed}
    if given and "study" in keys:
        return given
    chosen = {override.key_or_group: override.value() for override in parsed}
    base = given or chosen.get("experiment")
    words = [
        str(override.input_line)
        for override in parsed
        if override.key_or_group != "experiment" and not (base and override.is_sweep_override())
    ]
    full = ",".join([str(base), *words] if base else words) or "default"
    name = re.sub(r"[^A-Za-z0-9._=,+-]+", "", full.replace("/", "."))
    if name == full and len(name) <= 100:
        return name
    return f"{name[:100].strip('.,')}-{sha256(full.encode())[:6]}"


def _label(job: Sequence[str]) -> str:
    """Return what a run is called while it runs: its overrides, without the experiment that all share."""
    words = [word for word in job if not word.startswith(("experiment=", "study=", "hydra"))]
    return " ".join(words) or "run"


def _command(flags: Sequence[str], overrides: Sequence[str]) -> str:
    return shlex.join(["ravine", *flags, *overrides])


def _report(study: Study) -> None:
    """Print the table, and where everything lies."""
    print(study.summary())
    for text in study.unreadable.values():
        print(f"ravine: warning: {text}", file=sys.stderr)
    written = [study.folder / "table.csv", *sorted((study.folder / "figures").glob("*.png"))]
    print("\n" + "\n".join(path.as_posix() for path in written))
    failed = sum(run.status == "failed" for run in study.runs.values())
    if failed or study.missing:
        parts = [f"{failed} failed"] * bool(failed) + [f"{len(study.missing)} did not end"] * bool(study.missing)
        raise RunsFailedError(f"of {len(study.ledger.runs)} runs {' and '.join(parts)}; the same command runs them again")


# ---- words of its own ----------------------------------------------------------------------------------------


def _list(arguments: list[str]) -> None:
    """Print every component with what it is and where it comes from."""
    from ravine import registry

    parser = argparse.ArgumentParser("ravine list", description=_list.__doc__)
    parser.add_argument("kind", nargs="?", choices=list(registry.KINDS), help="only components of this kind")
    kind = parser.parse_args(arguments).kind
    components = registry.load()
    entries = [entry for entry in components if kind in (None, entry.kind)]
    rows = [("kind", "name", "plugin", "distribution", "what it is")]
    rows += [(e.kind, e.name, e.plugin, e.distribution, e.summary) for e in entries]
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    for row in rows:
        start = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False))
        print(f"{start}  {row[4]}")


def _figures(arguments: list[str]) -> None:
    """Make a study's table and figures again from its runs."""
    from ravine import running
    from ravine.config import figures
    from ravine.study import load_study

    parser = argparse.ArgumentParser("ravine figures", description=_figures.__doc__)
    parser.add_argument("folder", type=Path, help="runs/NAME")
    folder = parser.parse_args(arguments).folder
    _report(running.finish(folder, figures(load_study(folder).ledger.figures)))


def _version(arguments: list[str]) -> None:
    from importlib import metadata

    print(f"ravine {metadata.version('ravine')}")
