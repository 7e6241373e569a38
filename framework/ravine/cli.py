"""The ``ravine`` command: Hydra's, with words of its own in front, such as ``list`` and ``reproduce``."""

from __future__ import annotations

import argparse
import io
import os
import sys
import traceback
import warnings
from collections.abc import Sequence
from pathlib import Path

__all__ = ["main"]


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
    for stream in (sys.stdout, sys.stderr):  # a terminal without √ gets a ?
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    warnings.showwarning = _one_line
    words = {**WORDS, "--version": _version}
    try:
        if arguments and arguments[0] in words:
            words[arguments[0]](arguments[1:])
        else:
            _hydra(arguments)
    except KeyboardInterrupt:
        print("\nstopped; runs that have ended are kept, the same command makes the rest", file=sys.stderr)
        return 130
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0 if stop.code is None else 2
    except BrokenPipeError:  # the reader of our output, head for one, has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        from ravine.explain import explain, is_input
        from ravine.launching import RunsFailedError

        if full_error or not is_input(error):  # a bug is shown as one
            traceback.print_exc()
        print(f"ravine: {explain(error)}", file=sys.stderr)
        return 2 if is_input(error) and not isinstance(error, RunsFailedError) else 1
    return 0


def _one_line(message: Warning | str, *_: object, **__: object) -> None:
    print(f"ravine: warning: {message}", file=sys.stderr)


def _hydra(arguments: list[str]) -> None:
    """Run, or only look: ``--help``, ``--cfg`` and completion."""
    from hydra._internal.utils import get_args_parser

    from ravine.config import ConfigError
    from ravine.launching import launch, look
    from ravine.names import nearest

    sys.argv = ["ravine", *arguments]  # Hydra's usage and help read it
    parser = get_args_parser()
    args = parser.parse_args(arguments)
    if args.experimental_rerun:
        raise ConfigError(
            "--experimental-rerun reads a pickle, which can run anything; a run's config.yaml runs it again"
        )
    if args.shell_completion:
        look(args, parser)
        return
    for word in args.overrides:
        if "=" not in word and not word.startswith("~"):
            raise ConfigError(
                f"{word!r} is no setting, key=value, and no word of the command{nearest(word, WORDS)}"
            )
    if args.help or args.hydra_help or args.cfg or args.info:
        look(args, parser)
    else:
        launch(args)


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
    from ravine.launching import report

    parser = argparse.ArgumentParser("ravine figures", description=_figures.__doc__)
    parser.add_argument("folder", type=Path, help="runs/NAME")
    folder = parser.parse_args(arguments).folder
    report(running.finish(folder))


def _claims(arguments: list[str]) -> None:
    """Judge the claims of a study, or of every study in a folder, by the runs that there are."""
    from ravine import running
    from ravine.chapter import studies
    from ravine.pages import claims_page
    from ravine.study import LEDGER, load_study

    parser = argparse.ArgumentParser("ravine claims", description=_claims.__doc__)
    parser.add_argument("folder", type=Path, help="runs/NAME, or a folder of studies")
    parser.add_argument("--markdown", action="store_true", help="as a page of tables")
    args = parser.parse_args(arguments)
    single = (args.folder / LEDGER).exists()
    sections = {"Study": [load_study(args.folder)]} if single else studies(args.folder)
    for text in (text for group in sections.values() for study in group for text in study.unreadable.values()):
        print(f"ravine: warning: {text}", file=sys.stderr)
    if args.markdown:
        print(claims_page(sections), end="")
        return
    for group in sections.values():
        for study in group:
            if not single:
                print(f"\n{study.folder.as_posix()}")
            print("\n".join(map(str, running.judged(study))) or "no claims")


def _reproduce(arguments: list[str]) -> None:
    """Make every experiment of the chapter, with figures, verdicts and one page that shows them.

    The same command goes on where it was stopped.
    """
    from ravine.chapter import PROFILES
    from ravine.reproduction import reproduce

    parser = argparse.ArgumentParser("ravine reproduce", description=_reproduce.__doc__)
    parser.add_argument(
        "--profile",
        choices=PROFILES,
        default="full",
        help="quick: fewer seeds and steps, so that many claims stay open",
    )
    parser.add_argument("--folder", type=Path, help="runs/reproduce-PROFILE unless given")
    args = parser.parse_args(arguments)
    folder = args.folder or Path("runs") / f"reproduce-{args.profile}"
    reproduce(args.profile, folder, lambda text: print(text, flush=True))


def _version(arguments: list[str]) -> None:
    from importlib import metadata

    print(f"ravine {metadata.version('ravine')}")


WORDS = {"list": _list, "figures": _figures, "claims": _claims, "reproduce": _reproduce}
