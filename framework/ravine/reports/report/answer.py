"""Answer: what came of a study, in a sentence or two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ravine.evidence.verdicts import Findings
from ravine.records.run import Run
from ravine.records.study import Study
from ravine.reports.measures import Measure, measures, parting, row_of
from ravine.reports.outcomes import tally
from ravine.reports.tasks import by_task, of_each

__all__ = ["answer"]

# The most groups that a sentence names, and the most tasks that have a sentence.
_NAMED = 3


def answer(found: Findings) -> str:
    """Return which group or trial is best, as far as the runs tell, and how many claims hold."""
    study, n = found.study, len(found.verdicts)
    best = _best_trials(study) if study.ledger.search else _best(study)
    of = f"Of {n} claims: {tally(found.verdicts)}." if n > 1 else f"Its claim: {tally(found.verdicts)}."
    return " ".join(filter(None, (best, of if n else "")))


def _best_trials(study: Study) -> str:
    """Return a sentence on the best trial, or on those of several searches; nothing if there is none."""
    search, searched = study.ledger.search, study.searched
    lines = searched.best()[1:] if searched else []
    if not search or not lines:
        return ""
    objective = search.objective.replace("_", " ")
    if len(study.searches) > 1:
        values = sorted((line[-2] for line in lines), key=float)
        return f"The best trials of {len(lines)} searches have {objective} {values[0]} to {values[-1]}."
    *point, value, _ = lines[0][-len(search.keys) - 2 :]
    settings = ", ".join(f"{key}={text}" for key, text in zip(search.keys, point, strict=True))
    return f"Of {study.trials} the best has {objective} {value}, with {settings}."


def _best(study: Study) -> str:
    """Return the best group of each task by the last metric that tables show; nothing if that is not known."""
    groups = study.groups(failed=True)
    # What has not learned is not compared.
    has_learned = any(run.step for runs in groups.values() for run in runs)
    if len(groups) < 2 or not study.shown or not has_learned:
        return ""
    (measure,) = measures(study.shown[-1:], study)
    each, tasks = of_each(groups.values(), [measure]), by_task(groups, measure)
    if measure.better and len(tasks) > _NAMED:
        return (
            f"Numbers of {len(tasks)} {each}s are not compared; ravine table --markdown marks the best of each."
        )
    return " ".join(filter(None, (_best_of_one(task, measure, each) for task in tasks)))


def _best_of_one(groups: Mapping[str, Sequence[Run]], measure: Measure, each: str) -> str:
    """Return a sentence on the best of groups that can be compared; nothing if that is not known."""
    rows = {label: row_of(runs, measure) for label, runs in groups.items()}
    there = {label: row["mean"] for label, row in rows.items() if row["n"]}
    if measure.better is None or len(there) < 2:
        return ""
    best = (max if measure.better == "higher" else min)(there, key=lambda label: there[label])
    word = "highest" if measure.better == "higher" else "lowest"
    n, all_of_it = rows[best]["n"], len(groups[best])
    of_its = f" of its {each}" if each else ""
    of = f", the mean of {n} runs" if n > 1 else ""
    lost = f"; {all_of_it - n} of {all_of_it} have none" if n < all_of_it else ""
    sentence = f"{best} ends with the {word} {measure.title}{of_its}, {there[best]:.4g}{of}{lost}."
    near = [label for label in there if label != best and not parting(groups[best], groups[label], measure)]
    if n < 2 or not near:
        return sentence
    names = near[0] if len(near) == 1 else f"{', '.join(near[:-1])} and {near[-1]}"
    others = names if len(near) <= _NAMED else f"{len(near)} others"
    return f"{sentence} The seeds do not tell {others} apart from it."
