"""Promises of a stop: an answer that depends on what it is given only."""

from __future__ import annotations

from dataclasses import replace

from ravine.contracts.stop import Stop
from ravine.testing.evaluations import MANY, METRICS, evaluations
from ravine.testing.numerics import assert_keeps_nothing, refusal, same_chance


def _answers(stop: Stop, seed: int = 1) -> list[bool]:
    rows = evaluations(seed)
    return [stop.ends(rows[: n + 1], gradients=10 * n, seconds=0.1 * n) for n in range(MANY)]


def check_answers_yes_or_no(stop: Stop) -> None:
    """The answer is True or False."""
    kinds = {type(answer).__name__ for answer in _answers(stop)} - {"bool"}
    assert not kinds, f"ends returns {', '.join(sorted(kinds))}: return bool(…)"


def check_takes_the_first_evaluation(stop: Stop) -> None:
    """It can be asked when there is one evaluation."""
    try:
        stop.ends(evaluations()[:1], gradients=0, seconds=0.0)
    except (LookupError, ArithmeticError) as error:
        raise AssertionError(
            f"with one evaluation: {type(error).__name__}: {error}: there is no evaluation before the first"
        ) from error


def check_names_the_metrics_there_are(stop: Stop) -> None:
    """Where a run does not have its metric, a ValueError names those that it has."""
    for name in METRICS:
        rows = evaluations(without=[name])
        try:
            text = refusal(lambda rows=rows: stop.ends(rows, gradients=1, seconds=1.0))  # type: ignore[misc]
        except LookupError as error:
            raise AssertionError(
                f"a run without {name}: {type(error).__name__}: {error}: raise a ValueError with the metrics "
                "that there are"
            ) from error
        other = next(metric for metric in METRICS if metric != name)
        assert text is None or other in text, (
            f"a run without {name} is refused with {text!r}: name what there is"
        )


def check_spares_the_evaluations(stop: Stop) -> None:
    """The evaluations are not changed."""
    rows = evaluations()
    stop.ends(rows, gradients=1, seconds=1.0)
    assert rows == evaluations(), "ends changes the evaluations: make a new list"


def check_is_the_same_in_any_order(stop: Stop) -> None:
    """Asked backwards, the answers are the same: a run that is continued asks in the middle."""
    rows, forwards = evaluations(), _answers(stop)
    for n in reversed(range(MANY)):
        answer = stop.ends(rows[: n + 1], gradients=10 * n, seconds=0.1 * n)
        assert answer == forwards[n], f"with {n + 1} evaluations it answers {forwards[n]}, and {answer} later"


def check_serves_two_runs(stop: Stop) -> None:
    """Two runs that ask in turn get the same answers as each alone."""
    alone = _answers(stop, 1), _answers(stop, 2)
    rows = evaluations(1), evaluations(2)
    for n in range(MANY):
        for one, answers in zip(rows, alone, strict=True):
            answer = stop.ends(one[: n + 1], gradients=10 * n, seconds=0.1 * n)
            assert answer == answers[n], "another run changes the answer: keep nothing of a run"


def check_is_deterministic(stop: Stop) -> None:
    """Two with the same fields give the same answers, and no global random number is drawn."""
    with same_chance(stop):
        one, other = _answers(replace(stop)), _answers(replace(stop))
    assert one == other, "two equal stops answer differently: does it depend on randomness?"


def check_keeps_nothing_in_itself(stop: Stop) -> None:
    """An answer changes nothing in the component or its class."""
    assert_keeps_nothing(stop, lambda: _answers(stop))


CHECKS = [
    check_answers_yes_or_no,
    check_takes_the_first_evaluation,
    check_names_the_metrics_there_are,
    check_spares_the_evaluations,
    check_is_the_same_in_any_order,
    check_serves_two_runs,
    check_is_deterministic,
    check_keeps_nothing_in_itself,
]
