"""New plugin: writes a package with one component that works, from which its author begins.

The templates are code that runs. ``my_name`` and ``MyName`` in them are replaced by the component's names.
"""

from __future__ import annotations

import ast
import keyword
import re
import tempfile
import tomllib
from importlib.util import find_spec
from pathlib import Path

from ravine import registry
from ravine.base.names import is_name
from ravine.config.presets import conf_folder
from ravine.registry.installed import version_of
from ravine.registry.kinds import GROUPS, KINDS, nearest_kind

__all__ = [
    "create",
    "next_steps",
]


_TEMPLATES = Path(__file__).with_name("templates")

_FILES = {
    "pyproject.toml": "pyproject.toml.txt",
    "README.md": "README.md.txt",
    ".gitignore": "gitignore.txt",
    "ravine_my_name.py": "my_kind.py",
    "tests/test_my_name.py": "test.py.txt",
}


def create(name: str, kind: str, folder: Path) -> list[Path]:
    """Write a package into ``folder/ravine-NAME``: all of its files, or none.

    Parameters
    ----------
    name : str
        The name of the component, or of its package, ``ravine-NAME``; a dash becomes ``_``.
    kind : str
        One of ``ravine.registry.KINDS``.
    folder : Path
        Where the package's own folder is made.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    ValueError
        If there is no such kind, the name cannot be used or is taken, or the package's folder is not empty.
    OSError
        If it cannot be written; nothing is left behind.
    """
    words = _words(name, kind)
    name = words["my_name"]
    _check_name(name, kind, words["MyName"])
    _check_free(name, kind)
    files = {
        _fill(path, words): _fill((_TEMPLATES / _fill(template, words)).read_text("utf-8"), words)
        for path, template in _FILES.items()
    }
    package = folder / f"ravine-{words['my-name']}"
    if package.is_symlink() or package.is_file() or (package.is_dir() and any(package.iterdir())):
        raise ValueError(f"{package}: there is something of that name already; nothing is overwritten")
    try:
        draft = tempfile.TemporaryDirectory(dir=folder, prefix=f".{package.name}-")
    except OSError as error:
        # Otherwise the error would name the draft, of which nobody has heard.
        raise OSError(error.errno, error.strerror, str(package)) from None
    with draft as place:
        new = Path(place) / package.name
        for path, text in files.items():
            (new / path).parent.mkdir(parents=True, exist_ok=True)
            (new / path).write_text(text, "utf-8", newline="\n")
        if package.exists():
            # It is empty. Not every system can rename over a folder.
            package.rmdir()
        new.rename(package)
    return [package / path for path in files]


def next_steps(name: str, kind: str, folder: Path) -> str:
    """Return what to type after ``create`` with the same arguments."""
    words = _words(name, kind)
    package = folder / f"ravine-{words['my-name']}"
    commands = f"cd {package.as_posix()}\n{words['my_commands']}".replace("\n", "\n  ")
    return (
        f"{package.as_posix()} has the {kind} {words['my_name']}, which works. Install, test and try it:\n\n"
        f"  {commands}\n\nthen write your own in ravine_{words['my_name']}.py."
    )


def _words(name: str, kind: str) -> dict[str, str]:
    """Return by what the words of the templates are replaced in the package."""
    if kind not in KINDS:
        raise ValueError(f"no kind of component is named {kind!r}{nearest_kind(kind)}")
    name = name.replace("-", "_").removeprefix("ravine_")
    major, minor, *_ = version_of("ravine").split(".")
    words = {
        "my_version": f"{major}.{minor},<{major}.{int(minor) + 1}",
        "my_name": name,
        "my-name": name.replace("_", "-"),
        "MyName": "".join(part.capitalize() for part in name.split("_")),
        "my_kind": kind,
        "MyBase": KINDS[kind].base.__name__,
    }
    use = tomllib.loads((_TEMPLATES / "try.toml").read_text("utf-8"))[kind]
    commands = ['pip install -e ".[test]"', "pytest", "ravine check my_kind my_name", use]
    return words | {"my_commands": _fill("\n".join(commands), words)}


def _fill(text: str, words: dict[str, str]) -> str:
    return re.sub("|".join(words), lambda found: words[found[0]], text)


def _check_name(name: str, kind: str, cls: str) -> None:
    """Refuse a name that cannot be registered, end the name of a distribution, or become a class."""
    if not re.fullmatch(r"[a-z]([a-z0-9_]*[a-z0-9])?", name):
        raise ValueError(
            f"a new {kind} cannot be called {name!r}: a name is a letter, then letters, digits and _, all "
            "lower case, and no _ at the end"
        )
    if not is_name(name) or keyword.iskeyword(name) or keyword.iskeyword(cls):
        raise ValueError(
            f"a new {kind} cannot be called {name!r}, which Python or a configuration takes for something "
            "else: choose another name"
        )
    code = ast.parse((_TEMPLATES / f"{kind}.py").read_text("utf-8"))
    if cls in {node.id for node in ast.walk(code) if isinstance(node, ast.Name)} - {"MyName"}:
        raise ValueError(
            f"a new {kind} cannot be called {name!r}: its class would be {cls}, and its code uses another "
            f"{cls}; choose another name"
        )


def _check_free(name: str, kind: str) -> None:
    """Refuse a name that a component, a configuration or a module has already."""
    components = registry.load()
    rivals = components.entries[kind] | components.among(KINDS[kind].setting or "")
    if entry := rivals.get(name):
        raise ValueError(
            f"{entry.kind} {name!r} is taken: {entry.plugin} of {entry.distribution} has it; "
            "choose another name"
        )
    for group, of in GROUPS.items():
        for folder in (conf_folder(), *components.config_folders()):
            if kind in of and (file := folder / group / f"{name}.yaml").exists():
                raise ValueError(f"{group}={name} is taken: {file} is that; choose another name")
    if module := find_spec(f"ravine_{name}"):
        raise ValueError(
            f"module ravine_{name} is there already, in {module.origin or 'a folder'}; choose another name"
        )
