"""The command ``python -m benchmarks``: runs the benchmarks one after the other and prints their tables."""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path
from types import ModuleType

from benchmarks import (
    convolutions,
    denormals,
    growth,
    machine,
    memory,
    overhead,
    parallel,
    resume,
    rules,
    scale,
    startup,
    step,
    table,
)

BENCHMARKS: dict[str, ModuleType] = {
    "step": step,
    "convolutions": convolutions,
    "rules": rules,
    "growth": growth,
    "overhead": overhead,
    "startup": startup,
    "memory": memory,
    "parallel": parallel,
    "resume": resume,
    "scale": scale,
    "denormals": denormals,
}


def parser() -> argparse.ArgumentParser:
    """Return the command's parser."""
    lines = [f"  {name:14}{(module.__doc__ or '').splitlines()[0]}" for name, module in BENCHMARKS.items()]
    last = "Nothing is asserted: read the ratios, not the seconds."
    made = argparse.ArgumentParser(
        "python -m benchmarks",
        description="Time ravine against a floor and against its peers, side by side in one run.",
        epilog="\n".join(["benchmarks:", *lines, "", last]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument(
        "--only",
        metavar="NAME",
        choices=BENCHMARKS,
        action="append",
        help=f"run only this benchmark: {', '.join(BENCHMARKS)}; may be given again",
    )
    made.add_argument(
        "--book",
        metavar="FOLDER",
        type=_book,
        help="a copy of the book's repository, deep-learning-from-scratch: 'step' times its code too",
    )
    made.add_argument(
        "--dtype",
        choices=("float32", "float64"),
        default="float32",
        help="the type in which 'step' computes, float32 by default",
    )
    made.add_argument(
        "--repeats",
        metavar="N",
        type=_positive,
        help="rounds in which every case has its turn; by default each benchmark has a number of its own",
    )
    made.add_argument(
        "--into",
        metavar="FILE",
        type=Path,
        help="write the tables to a file too, as Markdown",
    )
    return made


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text}: it is a whole number, 1 or more")
    return value


def _book(text: str) -> Path:
    folder = Path(text)
    if not (folder / "common" / "multi_layer_net.py").is_file():
        raise argparse.ArgumentTypeError(f"{text}: there is no common/multi_layer_net.py in it")
    return folder


def main() -> None:
    """Run what is asked for."""
    options = parser().parse_args()
    about = machine.describe()
    print(about, flush=True)
    for name in options.only or BENCHMARKS:
        print(flush=True)
        BENCHMARKS[name].run(options)
    if options.into:
        day = datetime.date.today().isoformat()
        options.into.write_text(f"# Results of {day}\n\n{about}.\n\n{table.shown()}\n")


if __name__ == "__main__":
    main()
