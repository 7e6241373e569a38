"""Commands: the arguments of ``ravine list`` and others that make no run; files beside it have what they do."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ravine.base.names import shown
from ravine.cli.show import show

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
    from ravine.cli.figures import Page, draw_for_a_page, limits, make_again, size
    from ravine.cli.studies import as_one
    from ravine.cli.typed import folders_of, is_filter, named
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
    folders, rest = folders_of(args.words)
    given = {name: value for name, value in vars(args).items() if name != "words" and value is not None}
    if not (given or rest or len(folders) > 1):
        make_again(*folders)
        return
    into, name = given.pop("into", Path("figures")), given.pop("name", None)
    order, unfinished = given.pop("order", None), given.pop("unfinished", False)
    formats = given.pop("format", "png,svg").split(",")
    figures = [named(word) for word in rest if not is_filter(word)]
    only, styling = list(filter(is_filter, rest)), Styling(formats, **given)
    page = Page(figures, only, styling, into, name, order, unfinished)
    draw_for_a_page(as_one(folders), page, ["ravine", "figures", *arguments])


def _play(arguments: Sequence[str]) -> None:
    """Write a page that plays the runs of a study, or of several together, step by step: one file, offline.

    ravine play runs/grid; ravine play runs/grid optimizer=mine,other --into mine.html
    """
    from ravine.cli.play import play
    from ravine.cli.studies import as_one
    from ravine.cli.typed import folders_of

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
    folders, only = folders_of(args.words)
    print(play(as_one(folders), only, folders, args.into, args.title))


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


def _status(arguments: Sequence[str]) -> None:
    """Say how far a study has got: how its runs ended, which go on, and which are missing."""
    from ravine.cli.status import print_status

    parser = argparse.ArgumentParser("ravine status", description=_status.__doc__)
    parser.add_argument("folder", type=Path, help="runs/NAME")
    parser.add_argument("--json", action="store_true", help=_JSON)
    args = parser.parse_args(arguments)
    print_status(args.folder, json=args.json)


def _watch(arguments: Sequence[str]) -> None:
    """Show the status of a study again and again, until no run of it goes on."""
    from ravine.cli.status import watch

    parser = argparse.ArgumentParser("ravine watch", description=_watch.__doc__)
    parser.add_argument("folder", type=Path, help="runs/NAME")
    parser.add_argument("--every", type=float, default=2.0, metavar="SECONDS", help="2 by default")
    args = parser.parse_args(arguments)
    if not args.every > 0:
        raise ValueError(f"--every {args.every:g}: seconds above 0")
    watch(args.folder, args.every)


def _table(arguments: Sequence[str]) -> None:
    """Print the results of a study, or of several together: over seeds, or run by run."""
    from ravine.cli.table import print_table
    from ravine.cli.typed import folders_of, named
    from ravine.reports.table import FORMS, Look

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
    asked = [named(word) for word in args.metric] if args.metric else None
    folders, only = folders_of(args.words)
    look = Look(only, asked, args.sort, args.descending, statistics, args.better, args.best_per)
    print_table(folders, look, runs=args.runs, form=args.form or "text")


def _claims(arguments: Sequence[str]) -> None:
    """Judge the claims of a study, or of every study in a folder, by the runs that have ended.

    Of several studies the claims are judged by the runs of all.
    """
    from ravine.cli.claims import print_claims

    parser = argparse.ArgumentParser("ravine claims", description=_claims.__doc__)
    parser.add_argument(
        "folders", nargs="+", type=Path, metavar="FOLDER", help="runs/NAME, or several, or a folder of studies"
    )
    forms = parser.add_mutually_exclusive_group()
    forms.add_argument("--markdown", action="store_true", help="print a Markdown page of tables")
    forms.add_argument("--json", action="store_true", help=_JSON)
    args = parser.parse_args(arguments)
    print_claims(args.folders, markdown=args.markdown, json=args.json)


def _drop(arguments: Sequence[str]) -> None:
    """Take runs out of a study: table, figures and verdicts are without them. Their folders stay."""
    from ravine.cli.drop import drop

    parser = argparse.ArgumentParser("ravine drop", description=_drop.__doc__)
    parser.add_argument("folder", type=Path, help="runs/NAME")
    parser.add_argument(
        "words", nargs="+", metavar="COLUMN=VALUE", help="the runs, as ravine table chooses them"
    )
    args = parser.parse_args(arguments)
    print(drop(args.folder, args.words))


def _export(arguments: Sequence[str]) -> None:
    """Tell trackers, such as TensorBoard, of the runs of studies that have ended; exit with 1 if one fails.

    It can be repeated: every run and every step is there once.
    """
    from ravine.cli.export import export_all
    from ravine.cli.typed import named

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
    export_all(args.folders, [named(word) for word in args.to])


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
