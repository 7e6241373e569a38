"""System: a machine that has not enough, or stops the command: a status and one line, and nothing is lost."""

import errno
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import ravine

from trust.battery import SECONDS, Result, Told, ended, fault, fork, forked, little_memory
from trust.kills import children, contents, different, outlives, warm

WHAT = "full disks, no permission, no home, other locales, closed streams, few descriptors, little memory, no locks, signals"
BOUNDED = 30
LONG = 1000

WORDS = ["-m", "optimizer=sgd,adam", "seed=0,1", "dataset=gaussian", "dataset.samples=200", "dataset.features=20",
         "network.hidden=[20,20]", "training.epochs=6", "checkpoint_seconds=0", "study=s"]  # fmt: skip
ENDED = (0, 1, 2)
STOPPED = (0, 129, 130, 143)
NOBODY = 54321  # a user whom no list of users knows


@dataclass(frozen=True)
class Scenario:
    """What is missing: ``prepare`` takes it away in a forked process, or ``environment`` and ``shell`` in a new one.

    Parameters
    ----------
    prepare : callable, optional
        Gets a random number in [0, 1).
    environment : dict, optional
        Variables of a process that is started anew; None removes one.
    shell : str
        Redirections of a process that is started anew.
    statuses : tuple of int
        Those that are right.
    whole : bool
        Whether the study must be complete all the same.
    words, larger : tuple of str
        Of the command. With ``larger`` ones it cannot be carried out here, and is not given again.
    sent : signal, optional
        Is sent to the command at some moment.
    """

    prepare: Callable[[float], object] | None = None
    environment: dict[str, str | None] = field(default_factory=dict)
    shell: str = ""
    statuses: tuple[int, ...] = ENDED
    whole: bool = False
    words: tuple[str, ...] = ()
    larger: tuple[str, ...] = ()
    sent: signal.Signals | None = None


def small_files(share: float) -> None:
    """Let no file be longer than some bytes, as on a disk that is full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(share * 20_000), resource.RLIM_INFINITY))


def _failing(name: str, number: int, share: float, often: int = 60) -> None:
    """Let a function of ``os`` fail from some call on."""
    call, left = getattr(os, name), int(share * often)

    def fail(*arguments: object, **named: object) -> object:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(number, os.strerror(number))
        return call(*arguments, **named)

    setattr(os, name, fail)


def few_descriptors(share: float) -> None:
    """Let this process open few files."""
    limit = 6 + int(share * 30)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))


def no_locks(share: float) -> None:
    """Let the file system have no locks."""
    import fcntl

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))

    fcntl.flock = fcntl.lockf = refuse


def another_user(share: float) -> None:
    """Become a user who may write nothing here."""
    os.environ["RAVINE_CACHE"] = str(Path("cache").resolve())
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def no_home(share: float) -> None:
    """Become a user who has no home, and no variable that says where it is, if others can read what is installed."""
    for name in ("HOME", "RAVINE_CACHE", "XDG_CACHE_HOME", "MPLCONFIGDIR", "USER", "LOGNAME"):
        os.environ.pop(name, None)
    installed = Path(sys.prefix), Path(ravine.__file__)
    if os.getuid() == 0 and all(folder.stat().st_mode & 0o001 for path in installed for folder in path.parents):
        os.chmod(".", 0o777)
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


ONE, TWO = ("workers=1", "figures=[]"), ("workers=2", "figures=[]")
ASKED = (*ONE, "question='Which is √2 é?'")
DRAWN = ("workers=1", "figures=[loss_curves]")
SCENARIOS: dict[str, Scenario] = {
    "files that cannot grow": Scenario(small_files, words=DRAWN),
    "files that cannot grow, two processes": Scenario(small_files, words=TWO),
    "a full disk, at a flush": Scenario(lambda share: _failing("fsync", errno.ENOSPC, share), words=ONE),
    "a full disk, at a rename": Scenario(lambda share: _failing("replace", errno.ENOSPC, share), words=DRAWN),
    "a disk that fails at a flush": Scenario(lambda share: _failing("fsync", errno.EIO, share), words=ONE),
    "a quota, at a folder": Scenario(lambda share: _failing("mkdir", errno.EDQUOT, share, 8), words=ONE),
    "no permission to write": Scenario(another_user, statuses=(2,), words=DRAWN),
    "no home": Scenario(no_home, statuses=(0,), whole=True, words=ONE),
    "few descriptors": Scenario(few_descriptors, words=DRAWN),
    "few descriptors, two processes": Scenario(few_descriptors, words=TWO),
    "little memory": Scenario(lambda share: little_memory(int(share * 100_000_000)), words=ONE),
    "little memory for a large network": Scenario(lambda share: little_memory(200_000_000), words=ONE, larger=("network.hidden=[9000,9000]",)),
    "no locks": Scenario(no_locks, words=ONE),
    "SIGINT": Scenario(sent=signal.SIGINT, statuses=STOPPED, words=ONE),
    "SIGTERM": Scenario(sent=signal.SIGTERM, statuses=STOPPED, words=ONE),
    "SIGHUP": Scenario(sent=signal.SIGHUP, statuses=STOPPED, words=ONE),
    "SIGINT, two processes": Scenario(sent=signal.SIGINT, statuses=STOPPED, words=TWO),
    "SIGTERM, two processes": Scenario(sent=signal.SIGTERM, statuses=STOPPED, words=TWO),
    "SIGHUP, two processes": Scenario(sent=signal.SIGHUP, statuses=STOPPED, words=TWO),
    "LC_ALL=C": Scenario(environment={"LC_ALL": "C"}, whole=True, words=ASKED),
    "LC_ALL=C, and no UTF-8": Scenario(environment={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, whole=True, words=ONE),
    "ISO-8859-1": Scenario(environment={"PYTHONIOENCODING": "iso-8859-1"}, whole=True, words=ASKED),
    "ISO-8859-1, two processes": Scenario(environment={"PYTHONIOENCODING": "iso-8859-1"}, whole=True, words=TWO),
    "no standard input": Scenario(shell="<&-", whole=True, words=ONE),
    "no standard output": Scenario(shell=">&-", whole=True, words=ONE),
    "no standard error": Scenario(shell="2>&-", whole=True, words=ONE),
    "no streams": Scenario(shell="<&- >&- 2>&-", whole=True, words=ONE),
    "no streams, two processes": Scenario(shell="<&- >&- 2>&-", whole=True, words=TWO),
    "a full standard output": Scenario(shell=">/dev/full", whole=True, words=ONE),
    "a full standard error": Scenario(shell="2>/dev/full", whole=True, words=ONE),
}  # fmt: skip


def started(words: list[str], folder: Path, environment: dict[str, str | None], shell: str) -> Told:
    """Give a command in a new process, with a shell's redirections."""
    variables = {name: value for name, value in (os.environ | environment).items() if value is not None}
    line = f'exec "$@" {shell}'
    command = ["bash", "-c", line, "bash", sys.executable, "-m", "ravine", *words]
    try:
        done = subprocess.run(
            command, cwd=folder, env=variables, capture_output=True, timeout=30 * SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return Told(None, "", "", f"took more than {30 * SECONDS} s")
    out, err = (stream.decode("utf-8", "replace") for stream in (done.stdout, done.stderr))
    return Told(done.returncode, out, err)


def stopped(words: list[str], folder: Path, sent: signal.Signals, seconds: float) -> tuple[Told, str]:
    """Give a command and send it a signal; return what it told, and what is wrong with its workers."""
    child, printed = fork(words, folder)
    # Before, it has not begun, and nobody can handle a signal.
    while not (folder / "runs" / "s").exists() and not os.waitid(
        os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT
    ):
        time.sleep(0.002)
    time.sleep(seconds)
    workers = children(child)
    os.kill(child, sent)
    told = ended(child, printed, 60)
    return told, "a worker outlives its command" if any(map(outlives, workers)) else ""


def tried(what: str, place: Path, share: float, whole: dict[str, bytes], seconds: float) -> str:
    """Try one scenario, and the same command again when all is there; return what is wrong, or ""."""
    scenario = SCENARIOS[what]
    words = [*WORDS, *scenario.words, *scenario.larger]
    wrong = ""
    if scenario.sent:
        told, wrong = stopped(words, place, scenario.sent, 0.5 * share * seconds)
    elif scenario.prepare:
        prepare = scenario.prepare
        told = forked(words, place, lambda: prepare(share))
    else:
        told = started(words, place, scenario.environment, scenario.shell)
    if "2>" in scenario.shell and told.status in scenario.statuses and not told.out:
        # Nobody could read a message; whether the study was made is another question.
        told = replace(told, status=0)
    wrong = wrong or fault(told, scenario.statuses)
    told_in_a_line = "ravine: " in told.err or "stopped" in told.err
    if not wrong and told.status and not told_in_a_line and not scenario.shell:
        wrong = f"status {told.status}, and no line says why: {told.err[-200:]!r}"
    study = place / "runs" / "s"
    if not wrong and scenario.whole:
        wrong = different(contents(study), whole)
    if scenario.larger:
        return wrong
    again = forked(words, place)
    if not wrong and again.status:
        wrong = f"the same command again: status {again.status}: {again.err[-200:]}"
    if not wrong and (differ := different(contents(study), whole)):
        wrong = f"after the same command again: {differ}"
    return wrong


def unharmed(words: tuple[str, ...], place: Path) -> tuple[dict[str, bytes], float]:
    """Return what a study's files hold if nothing is missing, and the seconds that it took."""
    place.mkdir()
    begin = time.monotonic()
    told = forked([*WORDS, *words], place)
    assert told.status == 0, told
    return contents(place / "runs" / "s"), time.monotonic() - begin


def battery(rng: np.random.Generator, number: int, folder: Path) -> Iterator[Result]:
    """Try every scenario in turn, each time at another moment."""
    # What a forked process has to import, it may not be able to read.
    warm(folder)
    wholes: dict[tuple[str, ...], tuple[dict[str, bytes], float]] = {}
    names = [*SCENARIOS]
    readable = all(path.stat().st_mode & 0o005 == 0o005 for path in Path(ravine.__file__).resolve().parents)
    for i in range(number):
        what, share = names[i % len(names)], float(rng.random())
        scenario = SCENARIOS[what]
        if scenario.prepare in (another_user, no_home) and (os.getuid() != 0 or not readable):
            yield Result(what, "not tried: another user cannot be had, or cannot read this repository")
            continue
        if scenario.words not in wholes:
            wholes[scenario.words] = unharmed(scenario.words, folder / f"whole-{len(wholes)}")
        place = folder / f"{i}"
        place.mkdir()
        failure = tried(what, place, share, *wholes[scenario.words])
        yield Result(
            what, f"{' '.join([*WORDS, *scenario.words, *scenario.larger])}; share {share:.4f}", failure
        )
        shutil.rmtree(place, ignore_errors=True)
