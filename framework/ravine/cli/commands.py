"""Commands: ``ravine list`` and the others that do not compose a run from settings."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ravine.base.colour import is_wanted
from ravine.base.names import shown
from ravine.base.standard_error import say
from ravine.base.types import Named
from ravine.cli.show import show

if TYPE_CHECKING:
    from ravine.evidence.verdicts import Findings
    from ravine.records.study import Study

__all__ = [
    "WORDS",
]


def _list(arguments: Sequence[str]) -> None:
    """Print all components and experiments, each with what it is, or everything about one of them."""
    from ravine import registry
    from ravine.cli.catalogue import as_dict, card, filtered, find, table
    from ravine.config.experiments import ExperimentFile, experiments
    from ravine.config.presets import presets

    parser = argparse.ArgumentParser("ravine list", description=_list.__doc__)
    parser.add_argument(
        "words", nargs="*", metavar="[KIND] [NAME]", help="a kind of component or experiment, a name, or both"
    )
    parser.add_argument(
        "--from", dest="distribution", metavar="DIST", help="only those that this distribution provides"
    )
    parser.add_argument(
        "--search", metavar="TEXT", help="only those with this text in their name or description"
    )
    parser.add_argument("--config-dir", type=Path, metavar="FOLDER", help="with what this folder of yours has")
    parser.add_argument("--json", action="store_true", help=_JSON)
    args = parser.parse_intermixed_args(arguments)
    if args.config_dir and not args.config_dir.is_dir():
        raise ValueError(f"--config-dir {args.config_dir}: no such folder")
    loaded = registry.load()
    named = [preset for preset in presets(loaded, args.config_dir) if preset.of]
    everything = find(loaded, args.words, [*named, *experiments(loaded, args.config_dir)])
    found = filtered(loaded, everything, args.distribution, args.search)
    if args.json:
        _print_json([as_dict(item) for item in found])
        return
    single = args.words and args.words[-1] not in (*registry.KINDS, ExperimentFile.kind)
    print("\n\n\n".join(map(card, found)) if single else table(found))


def _doctor(arguments: Sequence[str]) -> None:
    """Say of every plugin whether it was loaded, and if not, why; exit with 1 if anything is left out."""
    from ravine import registry
    from ravine.cli.doctor import report

    parser = argparse.ArgumentParser("ravine doctor", description=_doctor.__doc__)
    parser.add_argument("--json", action="store_true", help=_JSON)
    args = parser.parse_args(arguments)
    found = report(registry.survey())
    if args.json:
        _print_json(found.as_dict())
    else:
        show(str(found))
    sys.exit(bool(found.problems))


def _check(arguments: Sequence[str]) -> None:
    """Check whether a component keeps the promises of its kind; exit with 1 if one is broken."""
    from ravine.cli.check import checkup

    usage = "ravine check [KIND] NAME [FIELD=VALUE ...] [--in-shape N,N] [--exempt PROMISE ...]"
    parser = argparse.ArgumentParser("ravine check", usage, description=_check.__doc__)
    parser.add_argument(
        "words", nargs="*", metavar="[KIND] NAME [FIELD=VALUE]", help="a component, and fields to set"
    )
    parser.add_argument(
        "--in-shape", metavar="N,N", help="for a layer: the shape of one example, such as 1,28,28"
    )
    parser.add_argument(
        "--exempt",
        action="append",
        default=[],
        metavar="PROMISE",
        help="a promise that it cannot keep, by name",
    )
    parser.add_argument("--json", action="store_true", help=_JSON)
    args = parser.parse_args(arguments)
    if not args.words:
        parser.error("which component? ravine check NAME; ravine list shows all names")
    found = checkup(args.words, args.in_shape, args.exempt)
    if args.json:
        _print_json(found.as_dict())
    else:
        show(str(found))
    sys.exit(not found.kept)


def _compare(arguments: Sequence[str]) -> None:
    """Compare a component, or all of a kind, with other libraries by the numbers that its package has of them.

    It exits with 1 if a component that should agree does not, or the other way round.
    """
    from ravine.cli.compare import compare

    usage = "ravine compare [KIND] [NAME]"
    parser = argparse.ArgumentParser("ravine compare", usage, description=_compare.__doc__)
    parser.add_argument(
        "words", nargs="*", metavar="[KIND] [NAME]", help="a component, a kind of component, or both"
    )
    words = parser.parse_args(arguments).words
    if not words:
        parser.error("which component? ravine compare NAME, or all of a kind: ravine compare optimizer")
    text, well = compare(words)
    show(text)
    sys.exit(not well)


def _new_plugin(arguments: Sequence[str]) -> None:
    """Write a plugin package that works, for you to change into your own."""
    from ravine.cli.new_plugin import create, next_steps

    parser = argparse.ArgumentParser("ravine new-plugin", description=_new_plugin.__doc__)
    parser.add_argument("name", help="what the component is called: ravine -m optimizer=NAME")
    parser.add_argument(
        "--kind",
        default="optimizer",
        help="the kind of component, optimizer by default; ravine list shows all kinds",
    )
    args = parser.parse_args(arguments)
    create(args.name, args.kind, Path())
    print(next_steps(args.name, args.kind, Path()))


def _figures(arguments: Sequence[str]) -> None:
    """Make a study's table and figures again from its runs.

    With figures, runs or options of a picture it draws these alone, of one study or of several, for a page.
    """
    from ravine.cli.figures import Page, draw_for_a_page, limits, size
    from ravine.cli.launch import report
    from ravine.execution.finish import finish
    from ravine.records.files import instead
    from ravine.records.ledger import Ledger
    from ravine.records.unfinished import none_has_ended
    from ravine.reports.styling import FORMATS, STYLES, Styling

    usage = "ravine figures FOLDER [FOLDER ...] [FIGURE ...] [COLUMN=VALUE ...] [options]"
    parser = argparse.ArgumentParser("ravine figures", usage, description=_figures.__doc__)
    parser.add_argument(
        "words",
        nargs="+",
        metavar="FOLDER, FIGURE, COLUMN=VALUE",
        help="runs/NAME; a figure, perhaps with fields, '{name: accuracy_curves, test: true}'; runs to show",
    )
    parser.add_argument("--format", metavar="A,B", help=f"of {', '.join(FORMATS)}; png,svg by default")
    parser.add_argument("--dpi", type=int, metavar="N", help="dots in an inch of png, 150 by default")
    parser.add_argument("--style", help=f"{', '.join(STYLES)}, or a style file of matplotlib's")
    parser.add_argument("--size", type=size, metavar="WxH", help="in inches, 3.3x2.4 for example")
    parser.add_argument("--font", type=float, metavar="POINTS", help="the size of most letters")
    parser.add_argument("--title", help="what stands above")
    parser.add_argument("--xlim", type=limits, metavar="LOW..HIGH", help="ends of the axis")
    parser.add_argument("--ylim", type=limits, metavar="LOW..HIGH")
    parser.add_argument("--xscale", choices=("linear", "log"))
    parser.add_argument("--yscale", choices=("linear", "log"))
    parser.add_argument(
        "--legend-columns", type=int, metavar="N", help="the legend stands above, in so many columns"
    )
    parser.add_argument(
        "--order", metavar="COLUMN=A,B", help="which groups come first, by their values; COLUMN sorts them"
    )
    parser.add_argument(
        "--unfinished", action="store_true", default=None, help="also runs that go on or were stopped, so far"
    )
    parser.add_argument("--into", type=Path, metavar="FOLDER", help="where pictures go, figures by default")
    parser.add_argument("--as", dest="name", metavar="NAME", help="the file's name, if one figure is drawn")
    args = parser.parse_intermixed_args(arguments)
    folders, rest = _folders(args.words)
    given = {name: value for name, value in vars(args).items() if name != "words" and value is not None}
    if given or rest or len(folders) > 1:
        into, name = given.pop("into", Path("figures")), given.pop("name", None)
        order, unfinished = given.pop("order", None), given.pop("unfinished", False)
        formats = given.pop("format", "png,svg").split(",")
        figures = [_named(word) for word in rest if not _is_filter(word)]
        only, styling = list(filter(_is_filter, rest)), Styling(formats, **given)
        page = Page(figures, only, styling, into, name, order, unfinished)
        draw_for_a_page(_together(folders), page, ["ravine", "figures", *arguments])
        return
    (folder,) = folders
    if not any((folder / run / "run.json").exists() for run in Ledger.read(folder).runs):
        raise ValueError(none_has_ended(folder))
    elsewhere = (
        f"ravine figures {folder} --into FOLDER draws elsewhere, and ravine table {folder} prints the table"
    )
    with instead(folder, elsewhere):
        findings = finish(folder)
    report(findings)


def _play(arguments: Sequence[str]) -> None:
    """Write a page that plays the runs of a study, or of several together, step by step: one file, offline.

    ravine play runs/grid; ravine play runs/grid optimizer=mine,other --into mine.html
    """
    from ravine.cli.play import play

    usage = "ravine play FOLDER [FOLDER ...] [COLUMN=VALUE ...] [options]"
    parser = argparse.ArgumentParser("ravine play", usage, description=_play.__doc__)
    parser.add_argument(
        "words",
        nargs="+",
        metavar="FOLDER, COLUMN=VALUE",
        help="runs/NAME, or several; runs with these settings, as ravine table chooses them",
    )
    parser.add_argument(
        "--into",
        type=Path,
        metavar="FILE",
        help="play.html by default: in the study, or here for several, a part, or with a title",
    )
    parser.add_argument("--title", help="what stands above")
    args = parser.parse_intermixed_args(arguments)
    folders, only = _folders(args.words)
    print(play(_together(folders), only, folders, args.into, args.title))


def _report(arguments: Sequence[str]) -> None:
    """Write a page about a study, about several, or about every study of a folder: question, answer, verdicts.

    It opens from the disk and loads nothing but its pictures; descents can be played on it.
    """
    from ravine.cli.report import report

    parser = argparse.ArgumentParser("ravine report", description=_report.__doc__)
    parser.add_argument(
        "folders", nargs="+", type=Path, metavar="FOLDER", help="runs/NAME, or several, or a folder of studies"
    )
    parser.add_argument(
        "--into",
        type=Path,
        metavar="FILE",
        help="report.html by default, in the study, or here for several; index.html in a folder of studies",
    )
    parser.add_argument("--title", help="what stands above")
    args = parser.parse_intermixed_args(arguments)
    print(shown(report(args.folders, args.into, args.title).as_posix()))


def _folders(words: Sequence[str]) -> tuple[list[Path], list[str]]:
    """Return the folders of studies among some words, and the other words; the first word is a folder."""
    first, *others = words
    folders = [Path(first), *(Path(word) for word in others if _is_folder(word))]
    return folders, [word for word in others if not _is_folder(word)]


def _is_folder(word: str) -> bool:
    # A word may be longer than a file's name can be.
    with contextlib.suppress(OSError):
        return Path(word).is_dir()
    return False


def _is_filter(word: str) -> bool:
    return "=" in word and not word.startswith("{")


def _status(arguments: Sequence[str]) -> None:
    """Say how far a study has got: how its runs ended, which go on, and which are missing."""
    from ravine.registry.provenance import warn_of_changes
    from ravine.reports.status import as_dict, status

    parser = argparse.ArgumentParser("ravine status", description=_status.__doc__)
    parser.add_argument("folder", type=Path, help="runs/NAME")
    parser.add_argument("--json", action="store_true", help=_JSON)
    args = parser.parse_args(arguments)
    studies = _stages(args.folder)
    for study in studies:
        warn_of_changes(study)
    follows = studies[-1].folder != args.folder
    if args.json:
        _print_json([as_dict(study, follows=follows) for study in studies])
    else:
        show("\n\n".join(status(study, follows=follows) for study in studies))


def _watch(arguments: Sequence[str]) -> None:
    """Show the status of a study again and again, until no run of it goes on."""
    import time

    from ravine.reports.status import status

    parser = argparse.ArgumentParser("ravine watch", description=_watch.__doc__)
    parser.add_argument("folder", type=Path, help="runs/NAME")
    parser.add_argument("--every", type=float, default=2.0, metavar="SECONDS", help="2 by default")
    args = parser.parse_args(arguments)
    if not args.every > 0:
        raise ValueError(f"--every {args.every:g}: seconds above 0")
    before, idle = "", 0
    # Between two runs none goes on for a moment.
    while idle < _IDLE:
        studies = _stages(args.folder)
        follows = studies[-1].folder != args.folder
        text = "\n\n".join(status(study, follows=follows) for study in studies)
        goes_on = any(study.status(run) == "running" for study in studies for run in study.missing)
        idle = 0 if goes_on else idle + 1
        if text != before:
            show(f"{_CLEAR}{text}" if sys.stdout.isatty() else text)
        before = text
        if idle < _IDLE:
            time.sleep(args.every)


def _stages(folder: Path) -> list[Study]:
    """Return the study of a folder, after the searches that tune its arms; only these while they go on."""
    from ravine.records.ledger import LEDGER
    from ravine.records.study import load_study
    from ravine.records.tuned import searches_below

    folders = searches_below(folder)
    # A comparison begins when its searches have ended.
    folders += [folder] if (folder / LEDGER).exists() or not folders else []
    return list(map(load_study, folders))


# Moves to the corner of a terminal and clears it.
_CLEAR = "\x1b[H\x1b[2J"

_IDLE = 3


def _table(arguments: Sequence[str]) -> None:
    """Print the results of a study, or of several together: over seeds, or run by run."""
    from ravine.records.tuned import tuned_text
    from ravine.reports.table import FORMS, Look, table

    usage = "ravine table FOLDER [FOLDER ...] [COLUMN=VALUE ...] [options]"
    parser = argparse.ArgumentParser("ravine table", usage, description=_table.__doc__)
    parser.add_argument(
        "words",
        nargs="+",
        metavar="FOLDER, COLUMN=VALUE",
        help="runs/NAME, or several; runs with these settings: =A,B, =1e-3..0.1, !=A leaves out",
    )
    parser.add_argument("--runs", action="store_true", help="one row for each run instead of one for all seeds")
    parser.add_argument(
        "--metric",
        action="append",
        metavar="NAME",
        help="a metric to show: one that runs have at their end, or one of a claim, "
        "'{name: learned_at, of: test_accuracy, level: 0.9}'; may be repeated",
    )
    parser.add_argument(
        "--statistics",
        metavar="NAME,NAME",
        default="",
        help="what is shown of it: mean, median, std, min, max, q05 to q95, interval",
    )
    parser.add_argument("--best-per", metavar="COLUMN", help="only the best of all groups with the same value")
    parser.add_argument(
        "--better",
        choices=("higher", "lower"),
        help="which value of a metric is better; of several, of those of which that is not known",
    )
    parser.add_argument("--sort", metavar="COLUMN", help="sort by a column, lowest first")
    parser.add_argument("--descending", action="store_true", help="highest first")
    forms = parser.add_mutually_exclusive_group()
    for form, what in zip(
        FORMS[1:], ("CSV", "JSON", "Markdown", "LaTeX, for the package booktabs"), strict=True
    ):
        forms.add_argument(f"--{form}", dest="form", action="store_const", const=form, help=f"print {what}")
    args = parser.parse_intermixed_args(arguments)
    if args.descending and not args.sort:
        raise ValueError("--descending needs a column: --sort COLUMN --descending")
    statistics = [name for name in args.statistics.split(",") if name]
    asked = [_named(word) for word in args.metric] if args.metric else None
    folders, only = _folders(args.words)
    look = Look(only, asked, args.sort, args.descending, statistics, args.better, args.best_per)
    study = _together(folders)
    form = args.form or "text"
    print(table(study, look, runs=args.runs, form=form, bold=is_wanted(sys.stdout)), end="")
    if form == "text" and not args.runs and len(folders) == 1 and (chosen := tuned_text(study)):
        print(f"\n{chosen}")
    if study.missing:
        lacks = f"{len(study.missing)} of {len(study.ledger.runs)} runs have not ended, or are damaged"
        say(f"ravine: {lacks}: ravine status {folders[0]} says which")


def _together(folders: Sequence[Path]) -> Study:
    """Return the study of a folder, or those of several as one; say in what these differ."""
    from ravine.records.study import load_study
    from ravine.records.together import apart, together
    from ravine.registry.provenance import warn_of_changes

    studies = list(map(load_study, folders))
    for study in studies:
        warn_of_changes(study)
    if len(studies) > 1:
        for sentence in apart(studies):
            say(f"ravine: {sentence}")
    return together(studies)


def _named(word: str) -> Named:
    """Return a component as it is typed; Hydra is imported only for one with fields."""
    if "{" not in word:
        return word
    from ravine.config.values import named

    return named(word)


def _claims(arguments: Sequence[str]) -> None:
    """Judge the claims of a study, or of every study in a folder, by the runs that have ended.

    Of several studies the claims are judged by the runs of all.
    """
    from ravine.base.errors import IncompleteError
    from ravine.evidence.verdicts import judge_study, judge_together
    from ravine.records.ledger import LEDGER
    from ravine.records.study import load_study
    from ravine.registry.provenance import warn_of_changes
    from ravine.reports.chapter import by_section, findings_in
    from ravine.reports.pages import claims_page

    parser = argparse.ArgumentParser("ravine claims", description=_claims.__doc__)
    parser.add_argument(
        "folders", nargs="+", type=Path, metavar="FOLDER", help="runs/NAME, or several, or a folder of studies"
    )
    forms = parser.add_mutually_exclusive_group()
    forms.add_argument("--markdown", action="store_true", help="print a Markdown page of tables")
    forms.add_argument("--json", action="store_true", help=_JSON)
    args = parser.parse_args(arguments)
    folder, *others = args.folders
    single = bool(others) or (folder / LEDGER).exists()
    studies = [load_study(each) for each in args.folders] if single else []
    if others:
        found = [judge_together(studies)]
    else:
        found = [judge_study(studies[0])] if single else [*findings_in(folder)]
    if not found:
        raise ValueError(f"{folder}: neither a study nor a folder of studies")
    for study in studies or [findings.study for findings in found]:
        warn_of_changes(study)
    for findings in found:
        for text in findings.study.unreadable.values():
            say(f"ravine: warning: {text}")
    sections = {"Study": found} if single else by_section(found, lambda findings: findings.study.folder)
    if args.markdown:
        print(claims_page(sections), end="")
        return
    if args.json:
        _print_json([findings.as_dict() for findings in found])
    else:
        _print_verdicts([findings for section in sections.values() for findings in section], single=single)
    if lost := [sentence for findings in found for sentence in findings.lost]:
        raise IncompleteError("\nravine: ".join(lost))


def _print_verdicts(found: Sequence[Findings], *, single: bool) -> None:
    empty = [findings.study.folder.as_posix() for findings in found if not findings.verdicts]
    for findings in found:
        if findings.verdicts:
            if not single:
                print(f"\n{shown(findings.study.folder.as_posix())}")
            show(str(findings))
    if empty:
        print("no claims" if single else f"\nno claims: {shown(', '.join(empty))}")


def _drop(arguments: Sequence[str]) -> None:
    """Take runs out of a study: table, figures and verdicts are without them. Their folders stay."""
    from ravine.records.files import instead, remove
    from ravine.records.ledger import Ledger
    from ravine.records.locks import making_none
    from ravine.records.study import load_study
    from ravine.reports.filters import only

    parser = argparse.ArgumentParser("ravine drop", description=_drop.__doc__)
    parser.add_argument("folder", type=Path, help="runs/NAME")
    parser.add_argument(
        "words", nargs="+", metavar="COLUMN=VALUE", help="the runs, as ravine table chooses them"
    )
    args = parser.parse_args(arguments)
    Ledger.read(args.folder)
    with making_none(args.folder) as nobody:
        study = load_study(args.folder)
        if study.ledger.search:
            raise ValueError(f"{args.folder}: it is a search, whose trials belong together")
        dropped = only(study, args.words).ledger.runs
        if len(dropped) == len(study.ledger.runs):
            raise ValueError(f"{args.folder}: these are all of its runs")
        # The command writes into the ledger what it asks for. Not every system says that it is there.
        runs = ((each, run) for each in _stages(args.folder) for run in each.ledger.runs)
        if not nobody or any(each.status(run) == "running" for each, run in runs):
            makes = "a command is making runs of it, and may ask for dropped ones again"
            raise ValueError(f"{args.folder}: {makes}; drop them when it has ended")
        fewer = f"ravine table {args.folder} COLUMN=VALUE shows fewer runs"
        with instead(args.folder, f"a copy of the folder can be changed, and {fewer}"):
            Ledger.drop(args.folder, dropped)
            load_study(args.folder).write_table()
            remove(args.folder / "claims.json")
    left = len(study.ledger.runs) - len(dropped)
    then = f"ravine figures {args.folder} draws and judges them"
    runs_out = "1 run" if len(dropped) == 1 else f"{len(dropped)} runs"
    print(f"{args.folder}: {runs_out} taken out, {left} left; {then}")


def _export(arguments: Sequence[str]) -> None:
    """Tell trackers, such as TensorBoard, of the runs of studies that have ended; exit with 1 if one fails.

    It can be repeated: every run and every step is there once.
    """
    from ravine.base.errors import IncompleteError
    from ravine.base.types import name_of
    from ravine.execution.tracking import export
    from ravine.records.study import load_study
    from ravine.registry.make import make_trackers

    parser = argparse.ArgumentParser("ravine export", description=_export.__doc__)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help="runs/NAME, or several")
    parser.add_argument(
        "--to",
        action="append",
        required=True,
        metavar="TRACKER",
        help="a tracker, perhaps with fields, '{name: mlflow, uri: sqlite:///mlflow.db}'; may be repeated",
    )
    args = parser.parse_intermixed_args(arguments)
    trackers = [_named(word) for word in args.to]
    make_trackers(trackers, "--to")
    studies = list(map(load_study, args.folders))
    failed = []
    for study in studies:
        for tracker in trackers:
            lost, runs = export(study, tracker), len(study.runs)
            name, told = name_of(tracker), runs - len(lost)
            print(f"{study.folder.as_posix()}: {told} run{'s' * (told != 1)} to {name}", flush=True)
            if lost:
                failed.append(f"{name} did not take {len(lost)} of {runs} runs of {study.folder.as_posix()}")
        if study.missing:
            lacks = f"{len(study.missing)} of {len(study.ledger.runs)} runs have not ended, or are damaged"
            say(f"ravine: {lacks}: ravine status {study.folder.as_posix()} says which")
    if failed:
        raise IncompleteError("\nravine: ".join(failed))


def _reproduce(arguments: Sequence[str]) -> None:
    """Make every experiment of the chapter, with figures, verdicts and one page that shows them.

    If it is stopped, the same command goes on from there.
    """
    from ravine.cli.reproduce import reproduce
    from ravine.records.ledger import RUNS
    from ravine.reports.chapter import PROFILES

    parser = argparse.ArgumentParser("ravine reproduce", description=_reproduce.__doc__)
    parser.add_argument(
        "--profile",
        choices=PROFILES,
        default="full",
        help="quick has fewer seeds and steps, so many claims stay inconclusive",
    )
    parser.add_argument("--folder", type=Path, help="where the studies go, runs/reproduce-PROFILE by default")
    args = parser.parse_args(arguments)
    folder = args.folder or RUNS / f"reproduce-{args.profile}"
    reproduce(args.profile, folder, lambda text: print(text, flush=True))


_JSON = "print JSON, for a program"


def _print_json(content: Any) -> None:
    from ravine.base.tables import as_json

    print(as_json(content))


WORDS: dict[str, Callable[[Sequence[str]], None]] = {
    "list": _list,
    "check": _check,
    "compare": _compare,
    "doctor": _doctor,
    "new-plugin": _new_plugin,
    "status": _status,
    "watch": _watch,
    "table": _table,
    "figures": _figures,
    "play": _play,
    "report": _report,
    "claims": _claims,
    "drop": _drop,
    "export": _export,
    "reproduce": _reproduce,
}
