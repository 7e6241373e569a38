"""Labels: what runs are called in tables, legends and reports.

A label has the names of components as the user chose them, and the values of settings that differ. What all
runs have in common is not in it, and long lists are abbreviated.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import Any

from ravine.records.axes import MISSING, Context, axes_of, contexts, found, is_file, value_text

__all__ = ["cut", "labels", "short", "told_apart"]

# Letters of a label, and of a value in it, from which on both are abbreviated.
_LABEL, _VALUE = 60, 36
# The most fields that are named where a run does not have them.
_NAMED = 3


def labels(settings: Sequence[Mapping[str, Any]], but: Collection[str] = ()) -> list[str]:
    """Return a label for each settings of a study; it is the same where they do not differ.

    Parameters
    ----------
    settings : sequence of dict
        By full keys, with the names of presets; the newest last.
    but : collection of str
        Axes that make no difference, such as ``seed``.
    """
    axes = [axis for axis in axes_of(settings) if axis not in but]
    values = [tuple(repr(found(one, axis)) for axis in axes) for one in settings]
    context = contexts(settings)
    words = {axis: _words(settings, axis, _name(settings, axis, axes), context) for axis in axes}
    texts = _joined(_fewer(words, values)) if axes else [""] * len(settings)
    if not all(texts):
        names = [str(one.get("optimizer.name", "")) for one in settings]
        texts = [" ".join(filter(None, both)) for both in zip(names, texts, strict=True)]
    return told_apart(texts, values)


def short(value: Any) -> str:
    """Return a value as text; a long list is abbreviated."""
    of_components = isinstance(value, list) and any(isinstance(item, Mapping) for item in value)
    text = f"[{', '.join(map(_item, value))}]" if of_components else value_text(value)
    return text if len(text) <= _VALUE else _folded(value)


def cut(text: str, most: int) -> str:
    """Return a text without its middle if it is longer than that."""
    return text if len(text) <= most else f"{text[: most - most // 2 - 1]}…{text[len(text) - most // 2 :]}"


def told_apart(texts: Sequence[str], values: Sequence[Hashable]) -> list[str]:
    """Return the texts, with a number where one stands for several values: ``layers=[1, …, 9] (24) #2``."""
    places: dict[str, dict[Hashable, int]] = {}
    for text, value in zip(texts, values, strict=True):
        those = places.setdefault(text, {})
        those.setdefault(value, len(those) + 1)
    numbers = [places[text][value] for text, value in zip(texts, values, strict=True)]
    return [f"{text} #{n}" if n > 1 else text for text, n in zip(texts, numbers, strict=True)]


class _Without(str):
    """A field that a run does not have, although later runs of the same component have it."""

    __slots__ = ()


def _words(
    settings: Sequence[Mapping[str, Any]], axis: str, name: str, context: Sequence[Context]
) -> list[str]:
    """Return for each settings the word of an axis of some name, "" for none."""
    values = [found(one, axis) for one in settings]
    there = [value for value in values if value is not MISSING]
    if any(f"{axis}.name" in one or is_file(one, axis) for one in settings):
        return ["" if value is MISSING else str(value) for value in values]
    texts = dict(zip(map(repr, there), _brief(there), strict=True))
    alike = [of(axis) for of in context]
    # The last one is what runs have now.
    now = dict(zip(alike, values, strict=True))
    several = {(of, repr(value)) for of, value in zip(alike, values, strict=True) if value is not MISSING}
    varies = len(several) > len({of for of, _ in several})
    words = []
    for of, value in zip(alike, values, strict=True):
        if value is MISSING:
            words.append(_Without(name) if now[of] is not MISSING else "")
        else:
            words.append(f"{name}={texts[repr(value)]}" if varies or now[of] is MISSING else "")
    return words


def _name(settings: Sequence[Mapping[str, Any]], axis: str, axes: Sequence[str]) -> str:
    """Return what an axis is called: its last part if no other has it, and within a list the place too."""
    last = axis.rpartition(".")[2]
    if all(axis not in one for one in settings):
        # ``layers.1.units`` of ``network``, but ``transform.0.limit``.
        inner = axis.partition(".")[2]
        return axis if inner[:1].isdecimal() else inner
    return axis if [other.rpartition(".")[2] for other in axes].count(last) > 1 else last


def _fewer(words: Mapping[str, Sequence[str]], values: Sequence[tuple[str, ...]]) -> dict[str, Sequence[str]]:
    """Return the words of fewer axes if labels are long: those that the others tell too are left out."""
    kept = dict(words)
    axes = [*words][::-1]
    fields = [axis for axis in axes if any("=" in word for word in words[axis])]
    for axis in [*fields, *(axis for axis in axes if axis not in fields)]:
        if max(map(len, _joined(kept)), default=0) <= _LABEL:
            break
        less = {other: of for other, of in kept.items() if other != axis}
        if len(set(_joined(less))) == len(set(values)) and all(_joined(less)):
            kept = less
    return kept


def _joined(words: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the words of each settings as one text."""
    return [_sentence([word for word in of if word]) for of in zip(*words.values(), strict=True)]


def _sentence(words: Sequence[str]) -> str:
    has = [word for word in words if not isinstance(word, _Without)]
    lacks: list[str] = [word for word in words if isinstance(word, _Without)]
    if len(lacks) > _NAMED:
        lacks = [*lacks[: _NAMED - 1], f"{len(lacks) - _NAMED + 1} more"]
        return " ".join([*has, "without", f"{', '.join(lacks[:-1])} and {lacks[-1]}"])
    return " ".join([*has, *(["without", ", ".join(lacks)] if lacks else [])])


# ---- long values ---------------------------------------------------------------------------------------------


def _brief(values: Sequence[Any]) -> list[str]:
    """Return the values of one axis as texts that differ as they do, as far as short texts can."""
    whole = [short(value) for value in values]
    lists = [value for value in values if isinstance(value, list)]
    if len(set(whole)) == len(set(map(repr, values))) or len(lists) < len(values):
        return whole
    start, end = _common(lists), _common([value[::-1] for value in lists])
    inside = [_inner(value, start, end) for value in lists]
    return inside if len(set(inside)) > len(set(whole)) else whole


def _common(lists: Sequence[Sequence[Any]]) -> int:
    """Return how many items lists have in common at their start."""
    alike = (all(item == items[0] for item in items) for items in zip(*lists, strict=False))
    return sum(1 for _ in itertools.takewhile(bool, alike))


def _inner(items: Sequence[Any], start: int, end: int) -> str:
    """Return the items of a list that other lists do not have at the same place."""
    inner = [_item(item) for item in items[start : max(len(items) - end, start)]]
    text = ", ".join(["…"] * (start > 0) + inner + ["…"] * (end > 0))
    return f"[{text}]" if len(text) <= _VALUE else short(list(items))


def _folded(value: Any) -> str:
    """Return a long value as a shorter text: ``[100, 21×16, 10]``, or its ends and its length."""
    if not isinstance(value, list):
        return cut(value_text(value), _VALUE)
    runs = [(text, len([*same])) for text, same in itertools.groupby(map(_item, value))]
    parts = [part for text, n in runs for part in ([f"{n}×{text}"] if n > 2 else [text] * n)]
    if len(text := f"[{', '.join(parts)}]") <= _VALUE:
        return text
    names = [item["name"] if isinstance(item, Mapping) and "name" in item else item for item in value]
    ends = [cut(value_text(name), _VALUE // 3) for name in (names[0], names[-1])]
    return f"[{', …, '.join(ends)}] ({len(value)})"


def _item(item: Any) -> str:
    """Return an item of a list as text: a component by its name and fields, ``mine units=10``."""
    if not isinstance(item, Mapping):
        return value_text(item)
    fields = [f"{key}={value_text(value)}" for key, value in item.items() if key != "name"]
    return " ".join([*filter(None, [str(item.get("name", ""))]), *fields])
