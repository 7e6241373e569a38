"""Look: help, a composed configuration or information; nothing runs, and little is imported."""

from __future__ import annotations

import argparse
import contextlib
import logging
from collections.abc import Iterator

from hydra.core.override_parser.overrides_parser import OverridesParser

from ravine.config.compose import hydra_for, refuse_choices
from ravine.config.words import readable

__all__ = [
    "look",
]


def look(args: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    """Show help, a composed configuration or information; nothing runs.

    Parameters
    ----------
    args, parser
        What Hydra's argument parser has read from the command line, and that parser.
    """
    name = args.config_name or "config"
    with _logging_as_it_was(), hydra_for(args.config_path, args.config_dir) as hydra:
        args.overrides = [readable(word) for word in args.overrides]
        parsed = OverridesParser.create(config_loader=hydra.config_loader).parse_overrides(args.overrides)
        refuse_choices(parsed, hydra.config_loader)
        if args.help:
            hydra.app_help(config_name=name, args_parser=parser, args=args)
        elif args.hydra_help:
            hydra.hydra_help(config_name=name, args_parser=parser, args=args)
        elif args.cfg:
            hydra.show_cfg(name, args.overrides, args.cfg, args.package, args.resolve)
        else:
            hydra.show_info(args.info, config_name=name, overrides=args.overrides)


@contextlib.contextmanager
def _logging_as_it_was() -> Iterator[None]:
    """Undo what Hydra's information does to the process: it logs everything to what is standard output now."""
    root = logging.getLogger()
    handlers, level = [*root.handlers], root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
