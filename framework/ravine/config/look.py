"""Look: help, a composed configuration or completions; nothing runs, and little is imported."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
from collections.abc import Sequence

from hydra.core.override_parser.overrides_parser import OverridesParser

from ravine.config.compose import hydra_for, refuse_choices
from ravine.config.words import readable

__all__ = [
    "complete",
    "look",
]


def look(args: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    """Show help, a composed configuration or completions; nothing runs.

    Parameters
    ----------
    args, parser
        What Hydra's argument parser has read from the command line, and that parser.
    """
    name = args.config_name or "config"
    with hydra_for(args.config_path, args.config_dir) as hydra:
        if not args.shell_completion:
            args.overrides = [readable(word) for word in args.overrides]
            parsed = OverridesParser.create(config_loader=hydra.config_loader).parse_overrides(args.overrides)
            refuse_choices(parsed, hydra.config_loader)
        if args.help:
            hydra.app_help(config_name=name, args_parser=parser, args=args)
        elif args.hydra_help:
            hydra.hydra_help(config_name=name, args_parser=parser, args=args)
        elif args.cfg:
            hydra.show_cfg(name, args.overrides, args.cfg, args.package, args.resolve)
        elif args.info:
            hydra.show_info(args.info, config_name=name, overrides=args.overrides)
        else:
            hydra.shell_completion(config_name=name, overrides=args.overrides)


def complete(
    args: argparse.Namespace, parser: argparse.ArgumentParser, words: Sequence[str], options: Sequence[str]
) -> None:
    """Print the words that may end a command line, and nothing else: it would stand in the user's prompt.

    Parameters
    ----------
    args, parser
        As for ``look``.
    words : sequence of str
        Commands such as ``list``. What follows them is not a setting.
    options : sequence of str
        Options that Hydra's parser does not know.
    """
    line = os.environ.get("COMP_LINE", "")
    typed = line.split(" ")
    # To install the completion, too, is its business.
    if not any(word.startswith("query=") for word in args.overrides):
        look(args, parser)
        return
    if typed[1:2] and typed[1] in words and len(typed) > 2:
        return
    os.environ["COMP_LINE"] = " ".join([word for word in typed[:-1] if word not in options] + typed[-1:])
    found = io.StringIO()
    try:
        with contextlib.redirect_stdout(found), contextlib.redirect_stderr(io.StringIO()):
            look(args, parser)
    # The line is not finished, so anything may be wrong with it.
    except (Exception, SystemExit):
        return
    finally:
        os.environ["COMP_LINE"] = line
    print(found.getvalue(), end="")
