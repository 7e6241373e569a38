"""Shells: ``ravine -sc install=SHELL`` prints what a shell needs for completion; ``query=SHELL`` answers it."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Sequence

__all__ = ["complete"]

# Bash splits words at = and :, and wants the part after it; it tells that part.
_BASH = """\
_ravine() {
    local word line="${COMP_LINE:0:COMP_POINT}"
    COMPREPLY=()
    while IFS= read -r word; do
        COMPREPLY+=("${word// /\\\\ }")
    done < <(COMP_LINE="$line" COMP_WORD="$2" "${1/#\\~/$HOME}" -sc query=bash 2>/dev/null)
    word=${COMPREPLY[*]}
    [[ $word == *[=./] || ( $word == *\\[* && $word != *\\]* ) ]] && compopt -o nospace
}
complete -F _ravine ravine
"""
_ZSH = """\
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
_ravine() {
    local -a found
    found=(${(f)"$(COMP_LINE="$LBUFFER" ${~words[1]} -sc query=zsh 2>/dev/null)"})
    compadd -S '' -- ${(M)found:#*[=./]}
    compadd -- ${found:#*[=./]}
}
compdef _ravine ravine
"""
_FISH = """\
function __ravine
    set -lx COMP_LINE (commandline -cp)
    set -l words (commandline -opc)
    $words[1] -sc query=fish 2>/dev/null
end
complete -c ravine -f -a '(__ravine)'
"""

_SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}
_REMOVE = {
    "bash": "complete -r ravine; unset -f _ravine\n",
    "zsh": "compdef -d ravine; unfunction _ravine\n",
    "fish": "complete -c ravine -e; functions -e __ravine\n",
}


def complete(words: Sequence[str]) -> None:
    """Print a script for a shell, or the answers to what stands in the variable ``COMP_LINE``.

    Parameters
    ----------
    words : sequence of str
        ``install=SHELL``, ``uninstall=SHELL`` or ``query=SHELL``, perhaps among options.

    Raises
    ------
    ValueError
        If it is something else: what is possible.
    """
    asked = dict(word.split("=", 1) for word in words if word.partition("=")[0] in (*_DOES, "query"))
    if len(asked) != 1 or (shell := next(iter(asked.values()))) not in _SCRIPTS:
        form = "ravine -sc install=SHELL, with bash, zsh or fish; uninstall=SHELL takes it out again"
        raise ValueError(f"{' '.join(['-sc', *words])}: it is {form}")
    (does,) = asked
    if does in _DOES:
        print(_DOES[does][shell], end="")
        return
    # Whatever is wrong with a line that is not finished, nothing may stand in the user's prompt.
    with contextlib.suppress(Exception, SystemExit), contextlib.redirect_stderr(io.StringIO()):
        from ravine.cli.completion import answers, read

        line = os.environ.get("COMP_LINE", "")
        found, last = answers(line), read(line)[1]
        part = os.environ.get("COMP_WORD", last)
        cut = len(last) - len(part) if last.endswith(part) else 0
        print("".join(f"{word[cut:]}\n" for word in found), end="")


_DOES = {"install": _SCRIPTS, "uninstall": _REMOVE}
