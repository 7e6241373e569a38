"""Main: the ``ravine`` command, which is Hydra's and has commands such as ``list`` and ``reproduce``."""

from __future__ import annotations

import atexit
import contextlib
import gc
import io
import logging
import os
import sys
import traceback
import warnings
from collections.abc import Iterator, Sequence

from ravine.base.standard_error import say
from ravine.cli.commands import WORDS
from ravine.execution.interrupt import listening, status

__all__ = [
    "main",
]


# Options with which nothing is composed but what is shown.
_SHOWS = (
    "--help",
    "-h",
    "--hydra-help",
    "--cfg",
    "-c",
    "--info",
    "-i",
    "--shell-completion",
    "-sc",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status.

    Returns
    -------
    int
        0, 1 if runs, figures or verdicts could not be made or the disk is full, 2 if the input cannot be used,
        130 after Ctrl-C; after another signal that asks for the end, 128 and its number.
    """
    _open_streams()
    atexit.register(_end)
    arguments = [_in_utf_8(word) for word in (sys.argv[1:] if argv is None else argv)]
    full_error = os.environ.get("HYDRA_FULL_ERROR") == "1"
    # With it Hydra raises its errors instead of printing them.
    os.environ["HYDRA_FULL_ERROR"] = "1"
    # A terminal that cannot show √ gets a question mark.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    warnings.showwarning = _one_line
    # It would tell every process's user that a home cannot be written, which costs nothing here.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    # PYTHONWARNINGS=error is about code. What is for the user, of ravine or a plugin, stops nothing.
    if "error" in sys.warnoptions:
        warnings.filterwarnings("default", category=UserWarning)
    words = {**WORDS, "again": _again, "--version": _version}
    shows = any(word.partition("=")[0] in _SHOWS for word in arguments)
    looks = shows or "--dry-run" in arguments
    makes_runs = arguments[:1] in (["reproduce"], ["again"]) or not (looks or words.keys() & set(arguments[:1]))
    try:
        with listening(), _without_collection(shows or arguments[:1] == ["list"]):
            if {"-sc", "--shell-completion"} & {*arguments}:
                _complete(arguments)
            elif arguments in ([], ["-m"], ["--multirun"]):
                _greet("sweep" if arguments else "ravine")
            elif arguments and arguments[0] in words:
                words[arguments[0]](arguments[1:])
            else:
                _hydra(arguments)
            if sys.stdout:
                sys.stdout.flush()
    except KeyboardInterrupt as stop:
        rest = "; runs that have ended are kept, and the same command makes the others" if makes_runs else ""
        say(f"\nstopped{rest}")
        return status(stop)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0 if stop.code is None else 2
    except BrokenPipeError:
        # The program that reads the output, such as head, has ended.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        from ravine.base.errors import IncompleteError, is_full
        from ravine.config.explain import GONE, explain, is_gone, is_input

        # A bug is shown with its traceback.
        if full_error or not is_input(error):
            traceback.print_exc()
        said = explain(error)
        if is_full(error) and makes_runs:
            said += "; runs that have ended are kept, and the same command goes on when there is room"
        elif is_input(error) and is_gone() and said != GONE:
            said += f"; {GONE}"
        say(f"ravine: {said}", error=True)
        return 2 if is_input(error) and not (isinstance(error, IncompleteError) or is_full(error)) else 1
    return 0


@contextlib.contextmanager
def _without_collection(wanted: bool) -> Iterator[None]:
    """Collect no garbage in the block, if wanted: a command that is brief spends a tenth on finding none."""
    was = gc.isenabled()
    if wanted:
        gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _end() -> None:
    """Spare a process what Python does at its end: look for garbage, and write again what cannot be written.

    The first takes a third of a second, and with the second it would end with status 120.
    """
    gc.freeze()
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream:
                stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _open_streams() -> None:
    """Open the standard streams that are closed: a file that is opened next would have the number of one."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, f"__{name}__") is None:
            try:
                os.fstat(number)
            except OSError:
                os.dup2(os.open(os.devnull, os.O_RDWR), number)
            setattr(sys, name, os.fdopen(number, "r" if name == "stdin" else "w", closefd=False))


def _in_utf_8(word: str) -> str:
    """Return a setting as text, whatever the locale is; other words may name a file, and files have bytes."""
    try:
        return os.fsencode(word).decode() if "=" in word and not word.startswith("-") else word
    # It is told where settings are read.
    except UnicodeError:
        return word


def _one_line(message: Warning | str, *_: object, **__: object) -> None:
    say(f"ravine: warning: {message}")


def _hydra(arguments: list[str]) -> None:
    """Make runs, or only show help or a configuration."""
    from ravine.base.errors import ConfigError
    from ravine.base.names import nearest
    from ravine.config.hydra_internals import get_args_parser
    from ravine.config.look import look

    # Hydra's usage and help read it.
    sys.argv = ["ravine", *arguments]
    parser = get_args_parser()
    parser.add_argument("--dry-run", action="store_true", help="List the runs, with status and an estimate")
    args, unknown = parser.parse_known_intermixed_args(arguments)
    if word := next((word for word in args.overrides if word in (*WORDS, "again")), None):
        raise ConfigError(
            f"{word!r} comes first, before options and settings, which are for runs: ravine {word} …"
        )
    if unknown:
        # The settings that follow it are left too.
        option = unknown[0].partition("=")[0]
        options = [name for action in parser._actions for name in action.option_strings]
        # Any two options of one letter are alike.
        near = nearest(option, options) if len(option) > 2 else ""
        raise ConfigError(f"there is no option {option}{near}; ravine --help shows all")
    if args.experimental_rerun:
        raise ConfigError(
            "--experimental-rerun is not supported; "
            "ravine --config-path FOLDER --config-name config runs the run of a folder again"
        )
    # Where studies lie is the user's alone to say, so it is not a setting, which a file could have.
    roots = [word.removeprefix("root=") for word in args.overrides if word.startswith("root=")]
    args.overrides = [word for word in args.overrides if not word.startswith("root=")]
    for word in args.overrides:
        if "=" not in word and not word.startswith("~"):
            raise ConfigError(
                f"{word!r} is neither a setting, key=value, nor a command{nearest(word, [*WORDS, 'again'])}"
            )
    if args.help or args.hydra_help or args.cfg or args.info:
        look(args, parser)
    else:
        from ravine.cli.launch import launch

        launch(args, roots[-1] if roots else None)


def _again(arguments: Sequence[str]) -> None:
    """Give a study's last command again, with more values for settings that it sweeps.

    Only what is missing is made. ravine again runs/compare optimizer=mine seed='range(6,9)'
    """
    import argparse
    import shlex
    from pathlib import Path

    from ravine.cli.again import again, given_in

    parser = argparse.ArgumentParser("ravine again", description=_again.__doc__)
    parser.add_argument("folder", type=Path, help="runs/NAME")
    parser.add_argument("words", nargs="*", metavar="SETTING=VALUES", help="values to add")
    parser.add_argument("--dry-run", action="store_true", help="List the runs, with status and an estimate")
    args = parser.parse_intermixed_args(arguments)
    here = Path.cwd()
    with given_in(args.folder) as folder:
        words = again(folder, args.words)
        place = f"in {Path.cwd()}: " if Path.cwd() != here else ""
        say(f"ravine: {place}{shlex.join(['ravine', *words])}")
        _hydra([*words, *(["--dry-run"] if args.dry_run else [])])


def _greet(which: str) -> None:
    """Say what there is; a run or a sweep of nothing is not what somebody wants who types no word."""
    import tomllib
    from importlib.resources import files

    print(tomllib.loads(files("ravine.cli").joinpath("greeting.toml").read_text("utf-8"))[which].strip())


def _complete(arguments: Sequence[str]) -> None:
    from ravine.cli.shells import complete

    complete([word for word in arguments if word not in ("-sc", "--shell-completion")])


def _version(arguments: list[str]) -> None:
    from ravine.registry.installed import version_of

    print(f"ravine {version_of('ravine')}")
