"""What batteries share: results, a command given in this process or in a forked one, and a watch over it."""

import contextlib
import io
import os
import resource
import shlex
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ravine.cli.main import main

SECONDS = 20  # of the processor: a command that takes more has failed
LINES = 10  # the longest message


@dataclass(frozen=True)
class Result:
    """One thing that was tried: what it was, what reproduces it, and how it failed; "" if it did not."""

    what: str
    input: str
    failure: str = ""


# ---- a command -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """What a command has told: its status, what it printed, and what came out of it instead of a status."""

    status: int | None
    out: str
    err: str
    raised: str = ""


class TooLongError(BaseException):
    """A try has taken too long; no handler for exceptions of the code may catch it."""


@contextlib.contextmanager
def limited(seconds: float = SECONDS, waiting: float = 120) -> Iterator[None]:
    """Stop the block after some seconds of the processor, or of waiting, which a busy machine makes longer."""

    def stop(number: int, frame: object) -> None:
        raise TooLongError(f"took more than {seconds if number == signal.SIGPROF else waiting:g} s")

    clocks = ((signal.SIGPROF, signal.ITIMER_PROF, seconds), (signal.SIGALRM, signal.ITIMER_REAL, waiting))
    before = [signal.signal(number, stop) for number, *_ in clocks]
    try:
        for _, clock, time_left in clocks:
            signal.setitimer(clock, time_left)
        yield
    finally:
        for _, clock, _ in clocks:
            signal.setitimer(clock, 0)
        for (number, *_), handler in zip(clocks, before, strict=True):
            signal.signal(number, handler)


def command(*words: str, waiting: float = 120) -> Told:
    """Give a command in this process, in the folder where it is."""
    streams = [io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2)]
    argv, shown, environment, status, raised = sys.argv, warnings.showwarning, dict(os.environ), None, ""
    os.environ["HYDRA_FULL_ERROR"] = "0"
    try:
        with (
            contextlib.redirect_stdout(streams[0]),
            contextlib.redirect_stderr(streams[1]),
            warnings.catch_warnings(),
            limited(waiting=waiting),
        ):
            status = main(list(words))
    except TooLongError as error:
        raised = str(error)
    except BaseException as error:
        raised = f"{type(error).__name__}: {error}"
    finally:
        sys.argv, warnings.showwarning = argv, shown
        os.environ.clear()
        os.environ.update(environment)
    out, err = (stream.buffer.getvalue().decode("utf-8", "replace") for stream in streams)
    return Told(status, out, err, raised)


def fault(told: Told, statuses: Sequence[int] = (0, 2)) -> str:
    """Return what is wrong with the way a command ended, or ""."""
    if told.raised:
        return told.raised
    if "Traceback (most recent call last)" in told.out + told.err:
        text = (told.out + told.err).rpartition("Traceback (most recent call last)")[2]
        last = [line for line in text.splitlines()[1:] if line and not line.startswith((" ", "ravine:"))]
        return f"a traceback: {last[0][:200] if last else text[-200:]}"
    if told.status not in statuses:
        return f"status {told.status}: {told.err.strip()[-200:]}"
    if told.status and not told.err.removeprefix("ravine:").strip():
        return f"status {told.status} without a message"
    # Runs that failed have a line each.
    if told.status == 2 and len(told.err.splitlines()) > LINES:
        return f"a message of {len(told.err.splitlines())} lines: {told.err.splitlines()[0][:100]} …"
    return ""


def line(*words: str) -> str:
    """Return a command as a shell reads it."""
    return shlex.join(["ravine", *words]).encode("utf-8", "backslashreplace").decode()


# ---- a process -----------------------------------------------------------------------------------------------


def fork(words: Sequence[str], folder: Path, prepare: Callable[[], object] = lambda: None) -> tuple[int, Path]:
    """Give a command in a process that is forked from this one: return its id, and the file of what it prints."""
    handle, name = tempfile.mkstemp(prefix="printed-", dir=folder.parent)
    os.close(handle)
    printed = Path(name)
    if child := os.fork():
        return child, printed
    status = 70
    try:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
        handle = os.open(printed, os.O_WRONLY)
        for target in (1, 2):
            os.dup2(handle, target)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.stdout, sys.stderr = (os.fdopen(os.dup(target), "w", buffering=1) for target in (1, 2))
        os.environ["HYDRA_FULL_ERROR"] = "0"
        os.chdir(folder)
        prepare()
        status = main(list(words))
        sys.stdout.flush()
    except BaseException:
        with contextlib.suppress(BaseException):
            os.write(2, traceback.format_exc().encode())
        status = 71
    finally:
        os._exit(status)


def ended(child: int, printed: Path, waiting: float = 300) -> Told:
    """Wait for a forked command; a negative status is the signal that has killed it."""
    until = time.monotonic() + waiting
    while True:
        done, how = os.waitpid(child, os.WNOHANG)
        if done:
            break
        if time.monotonic() > until:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return Told(None, "", printed.read_text("utf-8", "replace"), f"took more than {waiting:g} s")
        time.sleep(0.005)
    return Told(os.waitstatus_to_exitcode(how), "", printed.read_text("utf-8", "replace"))


def forked(words: Sequence[str], folder: Path, prepare: Callable[[], object] = lambda: None) -> Told:
    """Give a command in a forked process, and wait for it."""
    return ended(*fork(words, folder, prepare))


def little_memory(more: int) -> None:
    """Give this process so many more bytes than it has, and no others."""
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if Path("/proc/self/statm").exists() else 0
    limit = pages * os.sysconf("SC_PAGE_SIZE") + more
    if pages:
        resource.setrlimit(resource.RLIMIT_AS, (limit, resource.getrlimit(resource.RLIMIT_AS)[1]))


# ---- a watch -------------------------------------------------------------------------------------------------

_STARTS = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "pty.spawn", "socket.connect"}
_CHANGES = {
    "os.mkdir",
    "os.rename",
    "os.remove",
    "os.rmdir",
    "os.symlink",
    "os.link",
    "os.truncate",
    "os.mkfifo",
}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

_seen: list[str] | None = None
_allowed: tuple[str, ...] = ()


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    if _seen is None:
        return
    # Python itself asks it for the processor.
    if event in _STARTS and "uname" not in arguments:
        _seen.append(f"{event} {arguments[:2]!r}"[:200])
    elif event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING:
        # A file that is not there, and is not to be made, is not written.
        if arguments[2] & os.O_CREAT or (not isinstance(arguments[0], int) and os.path.lexists(arguments[0])):
            _note("writes", arguments[0])
    elif event in _CHANGES:
        # Python removes a tree by names that are relative to an open folder.
        within = arguments[-1] if event in ("os.remove", "os.rmdir", "os.mkdir") else -1
        folder = os.readlink(f"/proc/self/fd/{within}") if isinstance(within, int) and within >= 0 else ""
        for path in arguments[: 2 if event in ("os.rename", "os.link") else 1]:
            _note(event.removeprefix("os."), os.path.join(folder, os.fsdecode(path)))


def _note(what: str, path: object) -> None:
    if isinstance(path, str | bytes | os.PathLike):
        place = os.path.abspath(os.fsdecode(path))
        if not place.startswith(_allowed):
            _seen.append(f"{what} {place}")


_audited = False


@contextlib.contextmanager
def watched(*allowed: Path) -> Iterator[list[str]]:
    """List what the block writes outside of some folders, starts, or connects to."""
    global _seen, _allowed, _audited
    if not _audited:
        sys.addaudithook(_audit)
        _audited = True
    # What is tried on the way lies in the folder for temporary files.
    places = [
        *allowed,
        tempfile.gettempdir(),
        os.environ["RAVINE_CACHE"],
        os.environ.get("MPLCONFIGDIR", os.devnull),
        os.devnull,
    ]
    _seen, _allowed = [], tuple(os.path.abspath(place) for place in places)
    seen = _seen
    try:
        yield seen
    finally:
        _seen = None
