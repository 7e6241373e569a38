"""Verdicts: what runs support, and what they leave open."""

import itertools
import json
import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import ravine
from factories import made
from ravine import Interval, Metric, Space, importances, registry
from ravine.base.intervals import bootstrap_interval
from ravine.evidence.claim import Claim
from ravine.evidence.judge import judge
from ravine.evidence.statistics import Gain, ImportanceOf, Placed, Shortfall
from ravine.evidence.verdicts import judge_study
from ravine.execution import finish
from ravine.records.axes import flat
from ravine.records.ledger import Ledger
from ravine.records.run import Run
from ravine.records.searches import ProposedTrial, SearchEntry, SearchRecord
from ravine.records.study import Study
from ravine.records.trial import Trial

FINAL = registry.load().get("metric", "final")(of="accuracy")


def study(**groups):
    """A study of made-up runs: by optimizer, the final accuracy of each seed; None for a diverged run."""
    runs = {}
    for name, values in groups.items():
        for seed, value in enumerate(values):
            config = {"optimizer": {"name": name, "lr": 0.1}, "seed": seed, "training": {"dtype": "float32"}}
            final = {} if value is None else {"accuracy": value}
            runs[f"{name}{seed}"] = Run(config, "diverged" if value is None else "completed", 1, 0.0, final)
    return Study(Path(), Ledger("", [], [], list(runs)), runs)


def verdict(groups, **fields):
    fields = {"where": {"optimizer": "a"}, "than": {"optimizer": "b"}, "is_": "higher"} | fields
    return judge(Claim("a beats b.", FINAL, **fields), study(**groups))


OURS = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4]


@pytest.mark.parametrize(
    ("differences", "higher", "lower"),
    [
        ([0.05, 0.06, 0.04, 0.02, 0.05, 0.03], "supported", "not supported"),
        ([-0.05, -0.06, -0.04, -0.02, -0.05, -0.03], "not supported", "supported"),
        ([0.05, -0.1, 0.02, -0.03, 0.04, 0.01], "inconclusive", "inconclusive"),
        ([0.0] * 6, "inconclusive", "inconclusive"),
    ],
    ids=["a known effect", "the opposite effect", "no effect", "no difference at all"],
)
def test_a_claim_is_judged_on_paired_differences(differences, higher, lower):
    groups = {"a": OURS, "b": np.subtract(OURS, differences)}
    assert verdict(groups).outcome == higher
    assert verdict(groups, is_="lower").outcome == lower
    judged = verdict(groups)
    assert (judged.n, judged.missing) == (6, 0)
    assert judged.difference == pytest.approx(np.mean(differences))
    assert judged.interval[0] <= judged.difference <= judged.interval[1]


def test_pairing_sees_what_a_comparison_of_means_would_not():
    seeds = np.linspace(0.1, 0.9, 6)  # the seeds differ far more than the two methods
    groups = {"a": seeds + np.array([0.01, 0.012, 0.008, 0.011, 0.009, 0.01]), "b": seeds}
    assert verdict(groups).outcome == "supported"
    groups["b"] = groups["b"][::-1]
    assert verdict(groups).outcome == "inconclusive"


def test_the_judge_is_right_about_as_often_as_it_says():
    """Synthetic studies by the hundred: what it finds where there is nothing to find, and where there is."""
    rng = np.random.default_rng(0)

    def outcomes(effect):
        pairs = rng.normal(effect, 1.0, size=(150, 6))
        return [verdict({"a": values, "b": np.zeros(6)}).outcome for values in pairs]

    nothing, much, opposite = outcomes(0.0), outcomes(3.0), outcomes(-3.0)
    assert nothing.count("inconclusive") / 150 > 0.9
    assert much.count("supported") / 150 > 0.97
    assert opposite.count("not supported") / 150 > 0.97
    assert "not supported" not in much
    assert "supported" not in opposite


def test_too_few_seeds_decide_nothing_but_show_where_they_lean():
    judged = verdict({"a": [0.9, 0.8, 0.7, 0.6, 0.5], "b": [0.1] * 5})
    assert (judged.outcome, judged.n, judged.interval, judged.why) == ("inconclusive", 5, None, "5 of 6 pairs")
    assert judged.difference == pytest.approx(0.6)
    assert str(judged) == "inconclusive: a beats b. (+0.6, n = 5) [5 of 6 pairs]"
    for few in (5, 0, -1):
        with pytest.raises(ValueError, match=f"seeds = {few}: it takes 6 pairs or more"):
            Claim("a beats b.", FINAL, seeds=few)


def test_a_missing_run_is_counted_and_never_a_result():
    theirs = [0.85, 0.74, 0.66, 0.58, 0.45, 0.37, 0.1]
    judged = verdict({"a": [*OURS, None], "b": theirs})
    assert (judged.outcome, judged.n, judged.missing) == ("supported", 6, 1)
    without = verdict({"a": OURS, "b": theirs[:6]})
    assert (judged.difference, judged.interval) == (without.difference, without.interval)
    judged = verdict({"a": OURS, "b": theirs})  # the seventh run of a was never made
    assert (judged.outcome, judged.n, judged.missing) == ("supported", 6, 1)
    judged = verdict({"a": [0.9, None, None], "b": [0.8, 0.7, 0.1]})
    assert (judged.outcome, judged.n, judged.missing, judged.why) == ("inconclusive", 1, 2, "1 of 6 pairs")
    judged = verdict({"a": [None] * 6, "b": theirs[:6]})
    assert (judged.outcome, judged.n, judged.missing, judged.difference) == ("inconclusive", 0, 6, None)
    judged = verdict({"a": OURS})
    assert (judged.outcome, judged.why) == ("inconclusive", "no run fits")


SURVIVORS = "if they counted as the worst value for this verdict"


def test_a_verdict_on_survivors_says_what_it_would_be_with_those_that_diverged():
    rng = np.random.default_rng(0)
    b = rng.normal(1.0, 0.1, 24)
    a = [value - 0.05 if seed > 3 else None for seed, value in enumerate(b)]
    b[5] = 3.0
    judged = verdict({"a": a, "b": b}, is_="lower")
    assert (judged.outcome, judged.n, judged.missing) == ("supported", 20, 4)
    assert (judged.diverged, judged.with_diverged) == (4, "inconclusive")
    assert str(judged).endswith(f" [4 diverged; {SURVIVORS}: inconclusive]")
    more_accurate = verdict({"a": [v and -v for v in a], "b": -b})
    assert (more_accurate.outcome, more_accurate.with_diverged) == ("supported", "inconclusive")
    few = verdict({"a": [*OURS, *OURS, None], "b": [*np.subtract(OURS, 0.3), *np.subtract(OURS, 0.3), 0.2]})
    assert str(few).endswith(f" [1 diverged; {SURVIVORS}: supported]")


def test_a_side_that_wins_against_the_claim_may_have_survivors_too():
    ours = [None, None, 0.4, 0.4, 0.4, 0.4, 0.4, 0.1]
    judged = verdict({"a": [0.3] * 7 + [0.0], "b": ours})
    assert (judged.outcome, judged.diverged, judged.with_diverged) == ("not supported", 2, "inconclusive")
    judged = verdict(
        {"a": ours, "b": [0.5] * 8}
    )  # that these have diverged too speaks against the claim as well
    assert (judged.outcome, judged.diverged, judged.with_diverged) == ("not supported", 0, None)


def test_runs_that_diverge_are_not_like_those_that_do_not():
    equal = [0.5, 0.51, 0.49, 0.5, 0.5, 0.51, None, None]
    judged = verdict({"a": equal, "b": [0.5] * 7 + [0.9]}, is_="equal", within=0.05)
    assert (judged.outcome, judged.diverged, judged.with_diverged) == ("supported", 2, "inconclusive")


def test_what_the_diverged_would_do_is_said_of_numbers_and_single_runs_too():
    judged = verdict({"a": [*OURS, *OURS, None, None]}, than=0.35)
    assert (judged.outcome, judged.diverged, judged.with_diverged) == ("supported", 2, "supported")
    judged = verdict({"a": [None], "b": [0.9]}, is_="lower", exact=True)
    assert (judged.outcome, judged.diverged, judged.with_diverged) == ("inconclusive", 1, "not supported")
    judged = verdict({"a": [None] * 6, "b": [None] * 6})
    assert (judged.outcome, judged.diverged, judged.with_diverged) == ("inconclusive", 0, None)


def test_runs_that_failed_or_were_never_made_are_not_taken_for_diverged():
    made = study(a=[*OURS, 0.9], b=[*np.subtract(OURS, 0.1), 0.1])
    lost = Run(made.runs["a6"].config, "failed", 0, 0.0, error="…")
    made = Study(made.folder, made.ledger, {**made.runs, "a6": lost})
    judged = judge(Claim("a beats b.", FINAL, where={"optimizer": "a"}, than={"optimizer": "b"}), made)
    assert (judged.missing, judged.diverged, judged.with_diverged) == (1, 0, None)


def test_runs_that_were_asked_for_and_are_not_there_are_counted():
    whole = study(a=[*OURS, 0.3, 0.2, 0.1], b=[*np.subtract(OURS, 0.1), 0.2, 0.1, 0.0])
    asked = {name: flat(run.config) for name, run in whole.runs.items()}
    there = {name: run for name, run in whole.runs.items() if name not in ("a6", "b6", "b7", "a8")}
    made = Study(whole.folder, replace(whole.ledger, asked=asked), there)
    judged = judge(Claim("a beats b.", FINAL, where={"optimizer": "a"}, than={"optimizer": "b"}), made)
    assert (judged.outcome, judged.n, judged.missing) == ("supported", 6, 3)
    judged = judge(Claim("a is above 0.", FINAL, where={"optimizer": "a"}, than=0.0), made)
    assert (judged.outcome, judged.n, judged.missing) == ("supported", 7, 2)


def test_a_claim_is_judged_by_the_runs_of_the_last_command():
    made = study(a=OURS, b=np.subtract(OURS, 0.1))
    earlier = study(a=[0.0] * 6).runs
    asked = {name: flat(run.config) for name, run in made.runs.items()}
    both = Study(
        made.folder,
        replace(made.ledger, asked=asked),
        {f"earlier {k}": v for k, v in earlier.items()} | made.runs,
    )
    judged = judge(Claim("a beats b.", FINAL, where={"optimizer": "a"}, than={"optimizer": "b"}), both)
    assert (judged.outcome, judged.n, judged.missing) == ("supported", 6, 0)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_what_is_no_finite_number_is_no_result(value):
    judged = verdict({"a": [*OURS, value], "b": [*np.subtract(OURS, 0.1), 0.1]})
    assert (judged.outcome, judged.n, judged.missing) == ("supported", 6, 1)


LARGEST = float(np.finfo(float).max)


def test_a_difference_beyond_the_largest_number_decides_nothing():
    judged = verdict({"a": [LARGEST] * 5 + [LARGEST / 2], "b": [-LARGEST] * 6})
    why = "a difference is beyond the largest number"
    assert (judged.outcome, judged.n, judged.difference, judged.interval) == ("inconclusive", 6, None, None)
    assert judged.why == why
    assert str(judged) == f"inconclusive: a beats b. [{why}]"
    judged = verdict({"a": [LARGEST], "b": [-LARGEST]})
    assert (judged.outcome, judged.difference, judged.why) == ("inconclusive", None, f"1 of 6 pairs; {why}")
    judged = verdict({"a": [LARGEST], "b": [-LARGEST]}, exact=True)
    assert (judged.outcome, judged.difference, judged.interval, judged.why) == ("supported", None, None, why)
    json.dumps(judged.as_dict(), allow_nan=False)


def test_the_mean_of_huge_differences_is_a_number():
    judged = verdict({"a": [1e300] * 5 + [1e308], "b": [0.0] * 6})
    assert judged.outcome == "supported"
    assert judged.difference == pytest.approx((5e300 + 1e308) / 6)
    assert judged.interval[1] <= 1e308
    assert verdict({"a": [-LARGEST] * 2, "b": [0.0] * 2}).difference == -LARGEST


def test_a_search_whose_interval_is_beyond_the_largest_number_decides_nothing():
    study = searches(lambda _, number, __: LARGEST if number > 7 else -LARGEST, seeds=[0], n=16)
    judged = of_searches(study, Gain())
    assert (judged.outcome, judged.difference, judged.interval) == ("inconclusive", None, None)
    assert judged.why == "1 of 6 searches; a difference is beyond the largest number"


@pytest.mark.parametrize("typed", ["than:inf", "than:nan", "is:equal,within:nan", "is:equal,within:inf"])
def test_a_claim_compares_with_finite_numbers(typed):
    fields = "is:lower," * ("is:" not in typed) + typed
    with pytest.raises(
        ravine.ConfigError, match=r"^claims\[0\]\.(than|within) = (inf|nan): it is a finite number$"
    ):
        ravine.build(ravine.compose([f"claims=[{{says:x,metric:final,{fields}}}]"]))


def test_runs_whose_mean_is_beyond_the_largest_number_have_a_table_claims_and_figures(ravine_here):
    claim = "claims=[{says:It falls.,metric:{name:final,of:value},than:0,is:lower}]"
    figures = "figures=[loss_curves,paths,side_view]"
    words = ["problem=saddle", "optimizer.lr=0.1", "training.steps=1984", "seed=0,1", "study=s"]
    done = ravine_here("-m", *words, figures, claim)
    assert (done.returncode, done.stderr.count("warning")) == (0, 0), done.stderr
    assert re.search(r"^sgd +2 +-1\.553e\+308", done.stdout, re.MULTILINE)
    assert "inconclusive: It falls. (-1.553e+308, n = 1) [1 of 6 runs; the 2 seeds gave the same" in done.stdout
    (saved,) = json.loads(Path("runs/s/claims.json").read_text())
    assert saved["difference"] == pytest.approx(-1.553e308, rel=1e-3)
    drawn = {path.stem for path in Path("runs/s/figures").iterdir()}
    assert drawn == {"loss_curves", "paths", "side_view"}
    shown = ravine_here("table", "runs/s").stdout
    assert re.search(r"^sgd +2 +- +-1\.553e\+308 +-1\.553e\+308 +-$", shown, re.M)


def test_trials_whose_mean_is_beyond_the_largest_number_have_a_value(ravine_here):
    space = [
        "optimizer.lr=interval(0.09995,0.1)",
        "sampler=random",
        "search.trials=2",
        "search.objective=value",
    ]
    words = ["hydra/sweeper=search", "problem=saddle", "training.steps=1984", "seed=range(2)", "figures=[]"]
    done = ravine_here("-m", *words, *space, "study=s")
    assert (done.returncode, done.stderr.count("warning")) == (0, 0), done.stderr
    assert re.search(r"^0 +0\.0999\d+ +-1\.\d+e\+308 +2$", done.stdout, re.MULTILINE)
    assert "inf" not in Path("runs/s/study.json").read_text() + Path("runs/s/table.csv").read_text()


def test_a_failed_run_is_no_result_whatever_is_measured():
    made = study(a=[0.9], b=[0.8])
    lost = Run(made.runs["a0"].config, "failed", 0, 0.0, error="…")
    made = Study(made.folder, made.ledger, {**made.runs, "a0": lost})

    @dataclass(frozen=True)
    class Always(Metric):
        def measure(self, run):
            return 1.0

    claim = Claim("a is 1.", Always(), where={"optimizer": "a"}, than=1.0, is_="equal", exact=True)
    judged = judge(claim, made)
    assert (judged.outcome, judged.n, judged.missing, judged.why) == ("inconclusive", 0, 1, "0 of 1 runs")


def test_a_run_can_be_compared_with_itself_by_another_metric():
    made = study(a=OURS)
    for run in made.runs.values():
        run.final["start"] = 0.3
    start = registry.load().get("metric", "final")(of="start")
    fields = {"where": {"optimizer": "a"}, "than": {"optimizer": "a"}, "than_metric": start}
    judged = judge(Claim("It rises.", FINAL, **fields), made)
    assert (judged.outcome, judged.difference) == ("supported", pytest.approx(0.35))
    with pytest.raises(ValueError, match="than_metric measures runs; than is a number"):
        Claim("It rises.", FINAL, than=1.0, than_metric=start)


def test_an_exact_claim_is_judged_by_the_number():
    groups = {"a": [0.5]}
    assert verdict(groups, than=0.4, exact=True).outcome == "supported"
    assert verdict(groups, than=0.6, exact=True).outcome == "not supported"
    assert verdict(groups, than=0.5001, exact=True, is_="equal", within=1e-3).outcome == "supported"
    assert verdict(groups, than=0.502, exact=True, is_="equal", within=1e-3).outcome == "not supported"
    with pytest.raises(ValueError, match="says within what, unless it is exact"):
        Claim("equal", FINAL, is_="equal")
    with pytest.raises(ValueError, match="within = -1: it is 0 or more"):
        Claim("equal", FINAL, is_="equal", within=-1)


def test_equality_but_for_chance_takes_an_interval_inside_the_bounds():
    def outcome(differences, within):
        groups = {"a": OURS, "b": np.subtract(OURS, differences)}
        return verdict(groups, is_="equal", within=within).outcome

    near = [0.01, -0.012, 0.004, -0.006, 0.002, 0.003]
    assert outcome(near, 0.02) == "supported"
    assert outcome(near, 0.005) == "inconclusive"
    assert outcome([0.05, 0.06, 0.04, 0.05, 0.05, 0.06], 0.02) == "not supported"
    assert outcome([-0.05, -0.06, -0.04, -0.05, -0.05, -0.06], 0.02) == "not supported"
    assert verdict({"a": [0.5], "b": [0.5]}, is_="equal", within=0.02).outcome == "inconclusive"


def test_a_claim_that_leaves_open_which_runs_is_refused():
    with pytest.raises(ValueError, match=r"several runs of seed 0 fit \{\}"):
        verdict({"a": [0.9], "b": [0.8]}, where={})


def test_settings_are_matched_by_value():
    judged = verdict(
        {"a": [0.9], "b": [0.8]}, where={"optimizer": "a", "optimizer.lr": 0.1}, than=0.5, exact=True
    )
    assert judged.n == 1
    assert verdict({"a": [0.9]}, where={"optimizer.lr": 0.2}, than=0.5, exact=True).why == "no run fits"


# ---- several claims ------------------------------------------------------------------------------------------


def family(pairs, **fields):
    """The findings of a study with one claim, "a is higher than b", for each row of paired differences."""
    runs = {}
    for optimizer, sign in (("a", 1.0), ("b", 0.0)):
        for seed in range(len(pairs[0])):
            config = {"optimizer": {"name": optimizer}, "seed": seed, "training": {"dtype": "float32"}}
            final = {f"m{i}": sign * float(row[seed]) for i, row in enumerate(pairs)}
            runs[f"{optimizer}{seed}"] = Run(config, "completed", 1, 0.0, final)
    about = {"is": "higher", "where": {"optimizer": "a"}, "than": {"optimizer": "b"}} | fields
    claims = [{"says": f"{i}.", "metric": {"name": "final", "of": f"m{i}"}} | about for i in range(len(pairs))]
    return judge_study(Study(Path(), Ledger("", [], claims, list(runs)), runs))


def test_of_twelve_claims_some_are_decided_by_chance_and_hardly_any_with_holms_correction():
    rng = np.random.default_rng(0)
    found = [family(rng.standard_normal((12, 6))).verdicts for _ in range(100)]
    plain = np.mean([any(verdict.outcome != "inconclusive" for verdict in verdicts) for verdicts in found])
    corrected = np.mean(
        [any(verdict.corrected != "inconclusive" for verdict in verdicts) for verdicts in found]
    )
    assert plain > 0.3
    assert corrected <= 0.1


def test_holms_correction_decides_as_it_is_published():
    from scipy.stats import ttest_1samp

    rng = np.random.default_rng(1)
    pairs = rng.standard_normal((5, 8)) + np.array([[3.0], [0.7], [-0.75], [0.1], [-2.0]])
    findings = family(pairs)
    p = ttest_1samp(pairs, 0.0, axis=1).pvalue
    decided = [verdict.outcome != "inconclusive" for verdict in findings.verdicts]
    assert decided == [True, True, True, False, True]
    assert [findings.verdicts[i].p for i in range(5)] == pytest.approx(p, rel=1e-9)
    # Holm 1979: from the smallest p on, each is compared with 0.05 / (5, 4, 3, 2, 1), up to the first above it.
    holds, order = set(), np.argsort(p)
    for i, of in zip(order, (5, 4, 3, 2, 1), strict=True):
        if p[i] > 0.05 / of:
            break
        holds.add(int(i))
    assert 0 < len(holds) < 4
    for i, verdict in enumerate(findings.verdicts):
        assert verdict.corrected == (verdict.outcome if i in holds else "inconclusive")
        fails = verdict.outcome != verdict.corrected
        assert str(verdict).endswith("[inconclusive with Holm's correction for 5 claims]") == fails
    assert findings.chance == (
        "5 claims are judged by 95 % intervals: if nothing differed, chance would decide about 0.25 of them; "
        f"Holm's correction for all 5 keeps {len(holds)} of 4 verdicts"
    )


def test_a_single_claim_needs_no_correction():
    (verdict,) = (findings := family([[1.0, 2.0, 3.0, 4.0, 5.0, 0.1]])).verdicts
    assert (verdict.outcome, verdict.corrected, findings.chance) == ("supported", "supported", "")


def test_claims_that_chance_cannot_decide_are_no_part_of_the_family():
    exact = family([[1.0] * 6, [2.0] * 6], exact=True)
    assert [(v.p, v.corrected) for v in exact.verdicts] == [(None, None)] * 2
    assert exact.chance == ""
    few = family([[1.0] * 5] * 3)
    assert [(v.p, v.corrected) for v in few.verdicts] == [(None, None)] * 3


def test_where_verdicts_of_a_study_are_shown_the_number_by_chance_is_too(ravine_here):
    about = "metric:{name:final,of:train_loss},where:{optimizer.lr:0.5},than:{optimizer.lr:0.001}"
    claims = ",".join(
        f"{{says:{says},{about},is:{side}}}" for says, side in (("A.", "lower"), ("B.", "higher"))
    )
    data = ["dataset.train=200", "dataset.test=50", "network.hidden=[10]", "training.steps=20"]
    words = [*data, "optimizer.lr=0.001,0.5", "seed=range(6)", "study=s", "figures=[]", "workers=1"]
    done = ravine_here("-m", *words, f"claims=[{claims}]")
    line = "2 claims are judged by 95 % intervals: if nothing differed, chance would decide about 0.1 of them; "
    assert line in done.stdout
    assert line in ravine_here("claims", "runs/s").stdout
    page = ravine_here("claims", "runs/s", "--markdown").stdout
    assert "2 are judged by an interval; if nothing differed, chance would decide about 0.1 of these." in page
    saved = json.loads(Path("runs/s/claims.json").read_text())
    assert [verdict["corrected"] for verdict in saved] == [verdict["outcome"] for verdict in saved]


# ---- searches ------------------------------------------------------------------------------------------------


SPACE = Space((Interval("optimizer.lr", 0, 1), Interval("optimizer.x", 0, 1)))


def searches(values, *, samplers=("random",), seeds=range(6), n=30, left=0, learns=()):
    """A study of searches whose trials come to what ``values`` says of sampler, seed and point."""
    runs, trials = {}, []
    for sampler, seed in itertools.product(samplers, seeds):
        rng = np.random.default_rng(seed)
        for number in range(n):
            point, name = SPACE.at(rng.random(2).tolist()), f"{sampler}{seed}-{number}"
            value = values(sampler, number, point["optimizer.lr"])
            config = {"optimizer": {"name": "sgd", **point}, "seed": seed, "training": {"epochs": 1}}
            runs[name] = Run(config, "completed", 1, 0.0, {"validation_accuracy": value})
            trials.append(ProposedTrial(sampler, seed, number, point, (name,)))
    search = SearchRecord(
        objective="validation_accuracy", maximize=True, prune=False, space=SPACE, settings={}, samplers={},
        made_with={}, trials=tuple(trials),
        searches=tuple(
            SearchEntry(sampler, sampler in learns, seed, (seed,), n + left)
            for sampler, seed in itertools.product(samplers, seeds)
        ),
    )  # fmt: skip
    return Study(Path(), Ledger("", [], [], list(runs), search=search), runs)


def of_searches(study, statistic, **fields):
    return judge(Claim("It is so.", statistic=statistic, **{"is_": "higher"} | fields), study)


def rises(sampler, number, rate):
    return rate + (number / 10 if sampler == "narrowing" else 0)


def test_a_statistic_of_one_search_is_judged_by_its_interval_over_trials():
    study = searches(rises, seeds=[3])
    rate, other = (ImportanceOf(of=key) for key in ("optimizer.lr", "optimizer.x"))
    about = of_searches(study, rate, than="chance")
    found = importances(SPACE, [trial for trial, _ in study.tried], maximize=True)[0]
    assert (about.outcome, about.n, about.of) == ("supported", 30, "trials")
    assert about.difference == pytest.approx(found.share - found.chance)
    assert about.interval == pytest.approx([end - found.chance for end in found.interval])
    assert str(about).endswith(", n = 30 trials)")
    assert of_searches(study, rate, than="chance", is_="lower").outcome == "not supported"
    assert of_searches(study, other, than=0.05).outcome == "inconclusive"
    assert of_searches(study, other, than=0.9, is_="lower").outcome == "supported"
    assert of_searches(study, other, is_="equal", within=0.5).outcome == "supported"
    assert of_searches(study, rate, is_="equal", within=0.5).outcome == "not supported"


def test_a_statistic_of_several_searches_is_judged_over_these():
    study = searches(rises, samplers=("narrowing", "random"), learns=["narrowing"])
    gains = of_searches(study, Gain(parts=5), where={"sampler": "narrowing"}, than={"sampler": "random"})
    assert (gains.outcome, gains.n, gains.of) == ("supported", 6, "searches")
    each = {
        which: Gain(parts=5).measure(tried, study.ledger.search).value
        for which, tried in study.searches.items()
    }
    paired = np.array([each["narrowing", seed] - each["random", seed] for seed in range(6)])
    assert gains.difference == pytest.approx(paired.mean())
    assert gains.interval == pytest.approx(bootstrap_interval(paired))
    about = of_searches(study, ImportanceOf(of="optimizer.lr"), where={"sampler": "random"}, than="chance")
    trials = [[t for t, _ in tried] for (sampler, _), tried in study.searches.items() if sampler == "random"]
    found = importances(SPACE, *trials, maximize=True)[0]
    assert about.difference == pytest.approx(found.share - found.chance)
    assert about.interval == pytest.approx([end - found.chance for end in found.interval])
    with pytest.raises(ValueError, match=r"several searches of seed 0 fit \{\}"):
        of_searches(study, Gain())
    with pytest.raises(ValueError, match=r"^narrowing learns, and tries some of the space more"):
        of_searches(study, ImportanceOf(of="optimizer.lr"), where={"sampler": "narrowing"})


def test_the_gain_of_trials_is_that_of_their_medians_and_lost_ones_are_the_worst():
    study = searches(lambda _, number, __: float(number), seeds=[0], n=20)
    found = Gain(parts=4).measure(study.tried, study.ledger.search)
    assert (found.value, found.n) == (15.0, 10)
    low, high = found.interval
    assert 11 <= low < 15 < high <= 19
    least = replace(study.ledger.search, maximize=False)
    assert Gain(parts=4).measure(study.tried, least).value == -15.0
    lost = [(trial.judged(None) if trial.number > 14 else trial, runs) for trial, runs in study.tried]
    assert Gain(parts=4).measure(lost, study.ledger.search).value == -2.0


def test_a_search_with_nothing_to_gain_has_a_verdict_by_chance_as_seldom_as_an_interval_says():
    search = searches(rises, seeds=[0], n=1).ledger.search
    rng = np.random.default_rng(0)
    for trials, parts in itertools.product((8, 12, 16, 20, 60), (2, 4)):
        by_chance = 0
        for values in rng.standard_normal((400, trials)):
            tried = [(Trial(i, {}, "judged", value), []) for i, value in enumerate(values)]
            found = Gain(parts).measure(tried, search).interval
            by_chance += found is not None and not found[0] <= 0 <= found[1]
        assert by_chance / 400 <= 0.06, (trials, parts)


def test_an_interval_of_a_gain_decides_where_the_rank_sum_test_does():
    from scipy.stats import mannwhitneyu

    search = searches(rises, seeds=[0], n=1).ledger.search
    rng = np.random.default_rng(0)
    for k in (4, 5, 7, 10):
        decided = []
        for shift in rng.normal(scale=2, size=40):
            first, last = rng.standard_normal(k), rng.standard_normal(k) + shift
            values = enumerate([*first, *last])
            found = Gain(parts=2).measure([(Trial(i, {}, "judged", v), []) for i, v in values], search)
            low, high = found.interval
            assert low <= found.value <= high
            decided.append(not low <= 0 <= high)
            assert decided[-1] == (mannwhitneyu(first, last, method="exact").pvalue <= 0.05)
        assert {*decided} == {True, False}


def test_a_gain_of_few_trials_has_no_interval_and_no_verdict():
    study = searches(lambda _, number, __: float(number), seeds=[0], n=15)
    assert Gain().measure(study.tried, study.ledger.search).interval is None
    judged = of_searches(study, Gain())
    assert (judged.outcome, judged.n, judged.why) == ("inconclusive", 1, "1 of 6 searches")
    study = searches(lambda _, number, __: float(number), seeds=[0], n=16)
    assert of_searches(study, Gain()).outcome == "supported"


def test_a_search_that_has_not_ended_is_counted_and_no_result():
    statistic = ImportanceOf(of="optimizer.lr")
    judged = of_searches(searches(rises, left=2), statistic)
    assert (judged.outcome, judged.n, judged.missing, judged.why) == ("inconclusive", 0, 6, "0 of 6 searches")
    study = searches(rises, seeds=[0])
    runs = {name: run for name, run in study.runs.items() if name != "random0-3"}
    assert of_searches(replace(study, runs=runs), statistic).outcome == "inconclusive"
    judged = of_searches(searches(rises, seeds=range(5)), statistic)
    assert (judged.outcome, judged.n, judged.interval, judged.why) == (
        "inconclusive",
        5,
        None,
        "5 of 6 searches",
    )
    with pytest.raises(ValueError, match="a statistic is of searches, and this study is none"):
        of_searches(replace(study, ledger=Ledger("", [], [], [])), statistic)


def test_a_search_that_lacks_the_statistic_is_counted_and_never_a_result():
    study = searches(rises, seeds=range(7))
    runs = dict(study.runs)
    for name, run in runs.items():
        if name.startswith("random6-"):
            runs[name] = Run(run.config, "diverged", 1, 0.0, {})
    judged = of_searches(replace(study, runs=runs), Gain())
    assert (judged.n, judged.missing) == (6, 1)
    with pytest.raises(
        ValueError, match=r"^gain takes two trials in each of 20 parts, and one that is judged$"
    ):
        of_searches(study, Gain(parts=20))


BAD = {
    "claims=[{says:x,metric:finl,is:lower}]": ["claims[0]", "no metric is named 'finl'", "did you mean final"],
    "claims=[{says:x,metric:final,is:nope}]": [
        "claims[0]: is = 'nope': it must be one of higher, lower, equal"
    ],
    "claims=[{says:x,metric:final,is:[lower]}]": [
        "claims[0]: is = ['lower']: it must be one of higher, lower, equal"
    ],
    "claims=[{says:x,metric:final,is:null}]": ["claims[0]: is = None: it must be one of higher, lower, equal"],
    "claims=[{says:x,metric:final,is:lower,is_:lower}]": [
        "claims[0]: a claim has no field 'is_'; did you mean is"
    ],
    "claims=[{says:x,metric:final,is:lower,colour:1}]": [
        "claims[0]: a claim has no field 'colour'; there are: best, exact, from, is, metric, says, seeds, statistic, than, "
        "than_metric, where, within"
    ],
    "claims=[{says:x,metric:{name:final,off:y},is:lower}]": ["claims[0]", "Final has no field 'off'"],
    "claims=[{says:x,metric:final,is:bigger}]": ["claims[0]", "is = 'bigger'", "higher, lower, equal"],
    "claims=[{says:x,metric:final}]": [
        "claims[0]: a claim is a mapping with says, metric or statistic, and is; this one lacks 'is'"
    ],
    "claims=[{says:x,metric:final,is:lower,wher:{}}]": ["claims[0]", "no field 'wher'", "did you mean where"],
    "claims=[{says:x,metric:final,is:lower,where:3}]": ["claims[0]", "where = 3", "a mapping"],
    "claims=[{says:x,is:lower,statistic:importnce}]": [
        "claims[0]: no statistic is named 'importnce'; did you mean importance?"
    ],
    "claims=[{says:x,is:lower,statistic:importance}]": ["claims[0]: of is missing: ImportanceOf needs it"],
    "claims=[{says:x,is:lower,statistic:{name:gain,part:5}}]": [
        "claims[0]: Gain has no field 'part'; did you mean parts?"
    ],
    "claims=[{says:x,is:lower,statistic:{name:rank_correlation,early:0}}]": [
        "claims[0]: RankCorrelation: early = 0 is not in [1, inf)"
    ],
    "claims=[{says:x,is:lower,statistic:gain,than:chance}]": [
        "claims[0]: than = chance: it is importance that has such a level"
    ],
    "claims=[{says:x,is:lower,statistic:gain,metric:final}]": [
        "claims[0]: a claim has a metric of runs or a statistic of searches, and not both"
    ],
    "claims=[{says:x,is:lower,statistic:gain,exact:true}]": ["claims[0]: exact: trials are left to chance"],
    "claims=[{says:x,is:lower,statistic:gain,than_metric:final,than:{}}]": [
        "claims[0]: than_metric measures runs"
    ],
    "claims=[{says:x,is:lower,statistic:gain,where:{optimizer:sgd}}]": [
        "claims[0]: optimizer: searches are told apart by their sampler"
    ],
    "claims=[{says:x,is:lower,metric:final,than:chance}]": ["claims[0]: than = chance is for a statistic"],
    "claims=[{says:x,is:lower,metric:final,than:much}]": [
        "claims[0]: than = 'much': it is a number, a mapping of settings, or chance"
    ],
    "claims=x": ["claims = 'x'", "a list"],
    "probes=[unit_spred]": ["probes[0]", "did you mean unit_spread"],
    "problem=sphere +probes=[unit_spread]": ["probes makes no sense with problem=sphere"],
}


@pytest.mark.parametrize("typed", BAD)
def test_a_bad_claim_is_refused_before_anything_runs(typed):
    with pytest.raises(ravine.ConfigError) as caught:
        ravine.build(ravine.compose(typed.split(" ")))
    for part in BAD[typed]:
        assert part in str(caught.value)


ABOUT = "claims=[{says:x,is:lower,"
NOWHERE = {
    f"{ABOUT}metric:{{name:final,of:test_acuracy}}}}]": "runs have no final test_acuracy; they have train_loss",
    f"{ABOUT}metric:final,where:{{optimiser:adam}}}}]": "no run has the setting 'optimiser'; did you mean optimizer",
    f"{ABOUT}metric:final,where:{{optimizer:adma}}}}]": "no optimizer is named 'adma'; did you mean adam",
    f"{ABOUT}metric:final,than:{{initializer.sd:1}}}}]": "no run has the setting 'initializer.sd'",
    f"{ABOUT}metric:{{name:probed,of:unit_spread.weights}}}}]": "no probe saw unit_spread.weights; there are: none",
    f"{ABOUT}metric:final,than:{{}},than_metric:{{name:final,of:value}}}}]": "runs have no final value",
    f"{ABOUT}metric:final,best:validation_loss}}]": "best = validation_loss: no run has this metric; they have train",
}


@pytest.mark.parametrize("typed", NOWHERE)
def test_a_claim_about_nothing_is_refused_before_anything_runs(typed, ravine_here, tmp_path):
    done = ravine_here("-m", "optimizer=sgd,adam", "dataset.train=300", "dataset.test=100", typed)
    assert done.returncode == 2
    assert f"ravine: claims[0]: {NOWHERE[typed]}" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "runs").exists()


@pytest.mark.filterwarnings("ignore:.* is not judged")
def test_a_claim_about_runs_that_this_command_does_not_ask_for_is_left_open(ravine_here):
    claim = "claims=[{says:x,is:lower,metric:{name:final,of:value},where:{optimizer:adam},exact:true}]"
    done = ravine_here("problem=ravine", "optimizer=sgd", "figures=[]", claim)
    assert done.returncode == 0, done.stderr
    assert "inconclusive: x [no run fits]" in done.stdout


OPEN = {
    "optimizer=sgd network.dropout=0.1": "no run has network.dropout=0.3",
    "optimizer=sgd,adam network.dropout=0.3": "2 runs of seed 0 have network.dropout=0.3",
    "optimizer=sgd network.dropout=0.3 optimizer.lr=0.1,0.2 seed=1,2": "2 runs of seed 1 have network.dropout=0.3",
}


@pytest.mark.filterwarnings("always:.* is not judged")
@pytest.mark.parametrize("typed", OPEN)
def test_a_claim_that_cannot_be_judged_is_named_with_the_reason(ravine_here, typed):
    claims = "claims=[{says:x,metric:final,is:lower,where:{network.dropout:0.3}}]"
    less = ["dataset.train=100", "dataset.test=100", "network.hidden=[3]", "study=s"]
    done = ravine_here("-m", *typed.split(), *less, claims, "--dry-run")
    assert f"ravine: warning: s: claim 1 (x) is not judged: {OPEN[typed]}\n" == done.stderr


@pytest.mark.filterwarnings("always:.* is not judged")
def test_a_claim_about_all_runs_needs_one_of_each_seed_and_a_long_one_is_numbered_alone(ravine_here):
    long = "x" * 90
    claims = f"claims=[{{says:{long},metric:{{name:final,of:value}},is:lower,exact:true}}]"
    done = ravine_here("-m", "problem=ravine", "optimizer=sgd,adam", "study=s", claims, "--dry-run")
    reason = "it is about one run of each seed, and there are 2 of seed 0"
    assert done.stderr == f"ravine: warning: s: claim 1 is not judged: {reason}\n"


def test_a_table_of_earlier_runs_too_says_of_which_the_claims_are(ravine_here):
    claim = "claims=[{says:x,is:lower,metric:{name:final,of:value},than:9,where:{},exact:true}]"
    first = ravine_here("problem=ravine", "optimizer=sgd", "study=s", "figures=[]", claim)
    assert "earlier" not in first.stdout
    second = ravine_here("problem=ravine", "optimizer=adam", "study=s", "figures=[]", claim)
    assert "\nof the last command's runs, without the 1 of earlier ones:\nsupported: x" in second.stdout
    judged = ravine_here("claims", "runs/s").stdout
    assert judged.startswith("of the last command's runs, without the 1 of earlier ones:\nsupported: x")


def test_a_metric_that_breaks_costs_no_other_verdict(tmp_path, monkeypatch):
    typed = ["problem=ravine", "figures=[]", "claims=[{says:x,metric:turns,is:higher,exact:true},"
             "{says:y,metric:{name:final,of:value},is:higher,exact:true}]"]  # fmt: skip
    monkeypatch.setattr(registry.load().get("metric", "turns"), "measure", lambda *_: 1 / 0)
    made(tmp_path / "s", typed)
    first, second = json.loads((tmp_path / "s" / "claims.json").read_text())
    assert first["outcome"] == "inconclusive"
    whose = "metric 'turns', Turns of plugin ravine_plugins.metrics.turns of ravine "
    assert first["why"].startswith(whose)
    assert ": ZeroDivisionError: division by zero (" in first["why"]
    assert second["outcome"] == "supported"


@pytest.mark.parametrize("rates", ["0.1,0.2,0.1", "0.1,0.1", "0.2,0.1"])
def test_claims_are_the_studys_whichever_of_its_values_stand_twice(ravine_here, rates):
    claim = "claims=[{says:It comes down.,metric:{name:final,of:value},where:{optimizer.lr:0.1},than:6.45,is:lower,exact:true}]"
    done = ravine_here("-m", "problem=ravine", f"optimizer.lr={rates}", "study=s", "figures=[]", claim)
    assert done.returncode == 0, done.stderr
    assert "supported: It comes down." in done.stdout


def test_verdicts_are_saved_with_the_study_and_judged_again(tmp_path):
    typed = [
        "problem=ravine",
        "figures=[]",
        "claims=[{says:'It comes down.',metric:{name:final,of:value},than:6.45,is:lower,exact:true},"
        "{says:'Nobody ran this.',metric:state_arrays,where:{optimizer:nobody},is:higher}]",
    ]
    made(tmp_path / "s", typed)
    saved = json.loads((tmp_path / "s" / "claims.json").read_text())
    assert [verdict["outcome"] for verdict in saved] == ["supported", "inconclusive"]
    assert saved[1]["why"] == "no run fits"
    (tmp_path / "s" / "claims.json").unlink()
    finish.finish(tmp_path / "s")
    assert json.loads((tmp_path / "s" / "claims.json").read_text()) == saved


def test_a_verdict_says_what_the_command_changed_of_the_experiment(ravine_here):
    words = ["-m", "experiment=sgd_on_sphere", "figures=[]", "study=s"]
    assert "[with" not in ravine_here(*words, "seed=0").stdout
    done = ravine_here(*words, "training.steps=7", "workers=1")
    verdicts = [line for line in done.stdout.splitlines() if re.match("(not )?supported|inconclusive", line)]
    assert verdicts
    assert all(line.endswith("[with training.steps=7]") for line in verdicts)
    assert all(
        each["under"] == "training.steps=7" for each in json.loads(Path("runs/s/claims.json").read_text())
    )


# ---- shortfall -----------------------------------------------------------------------------------------------


def tried(values):
    return [(Trial(i, {}, "lost" if v is None else "judged", v), []) for i, v in enumerate(values)]


def test_the_shortfall_is_what_all_choices_of_fewer_trials_lack_in_the_mean():
    search = searches(rises, seeds=[3]).ledger.search
    values = [0.3, 0.9, 0.1, 0.7, None]
    for k in range(1, 6):
        of_all = [0.3, 0.9, 0.1, 0.7, 0.1]
        bests = [max(some) for some in itertools.combinations(of_all, k)]
        found = Shortfall(trials=k).measure(tried(values), search)
        assert found.value == pytest.approx(0.9 - np.mean(bests))
        assert (found.n, found.interval) == (5, None)
    lower = replace(search, maximize=False)
    assert Shortfall(trials=1).measure(tried([1.0, 2.0, 6.0]), lower).value == pytest.approx(2.0)
    for few in ([0.1], [None] * 3):
        with pytest.raises(
            ValueError, match="shortfall takes 2 trials or more, and one that is judged; there are"
        ):
            Shortfall(trials=2).measure(tried(few), search)


def test_the_shortfall_of_a_search_that_learns_is_refused():
    study = searches(rises, samplers=("random", "narrowing"), learns=["narrowing"])
    with pytest.raises(ValueError, match="narrowing learns, and tries some of the space more than the rest"):
        of_searches(study, Shortfall(trials=2))
    judged = of_searches(study, Shortfall(trials=2), where={"sampler": "random"}, than=0.0)
    assert (judged.outcome, judged.of) == ("supported", "searches")


# ---- placed --------------------------------------------------------------------------------------------------


def test_the_trial_in_a_place_has_the_places_around_it_for_an_interval():
    """The median of 19: from the 5th to the 15th, as in tables of the sign test, whose coverage is 0.981."""
    search = searches(rises, seeds=[3]).ledger.search
    values = np.random.default_rng(0).permutation(np.arange(1.0, 20.0))
    found = Placed(place=10).measure(tried(values), search)
    assert (found.value, found.n, found.interval) == (10.0, 19, (5.0, 15.0))
    least = replace(search, maximize=False)
    assert Placed(place=2).measure(tried([3.0, 1.0, 2.0]), least).value == 2.0
    lost = Placed(place=3).measure(tried([0.3, None, 0.9]), search)
    assert (lost.value, lost.interval) == (0.3, None)
    assert Placed(place=1).measure(tried(values), search).interval is None
    with pytest.raises(ValueError, match="placed takes 4 trials or more, and one that is judged; there are 3"):
        Placed(place=4).measure(tried([1.0] * 3), search)


@pytest.mark.parametrize(("place", "n"), [(5, 100), (5, 40), (20, 40), (8, 30)])
def test_the_interval_of_a_place_holds_the_quantile_as_often_as_it_says(place, n):
    search = searches(rises, seeds=[3]).ledger.search
    rng = np.random.default_rng(place)
    quantile = 1 - place / (n + 1)  # of numbers drawn evenly from 0 to 1
    held = []
    for values in rng.random((1000, n)):
        low, high = Placed(place=place).measure(tried(values), search).interval
        held.append(low <= quantile <= high)
    assert 0.94 <= np.mean(held) < 1


# ---- the best of several runs --------------------------------------------------------------------------------


def grid(values):
    """By optimizer and rate, the validation and test accuracy of each of six seeds; None for a diverged run."""
    runs = {}
    for (name, lr), of_seeds in values.items():
        for seed, ends in enumerate(of_seeds):
            config = {"optimizer": {"name": name, "lr": lr}, "seed": seed, "training": {"dtype": "float32"}}
            final = (
                {} if ends is None else dict(zip(("validation_accuracy", "test_accuracy"), ends, strict=True))
            )
            runs[f"{name}{lr}{seed}"] = Run(config, "completed" if ends else "diverged", 1, 0.0, final)
    return Study(Path(), Ledger("", [], [], list(runs)), runs)


def best_of(values, metric, **fields):
    fields = {"where": {"optimizer": "a"}, "than": {"optimizer": "b"}, "is_": "higher"} | fields
    made = metric if isinstance(metric, Metric) else registry.load().get("metric", "final")(of=metric)
    return judge(Claim("a beats b.", made, **{"best": "validation_accuracy"} | fields), grid(values))


NOISE = [0.0, 0.01, 0.02, 0.03, 0.04, 0.05]
# By validation a is best at 0.1 and b at 1; by test b would be best at 0.1.
ACCURACIES = {
    ("a", 0.1): [(0.8 + x, 0.75 + 2 * x) for x in NOISE],
    ("a", 1.0): [(0.7 + x, 0.9) for x in NOISE],
    ("b", 0.1): [(0.5 + x, 0.99) for x in NOISE],
    ("b", 1.0): [(0.6 + x, 0.55 + x) for x in NOISE],
    ("b", 10.0): [None] * 6,
}


def test_a_side_of_several_runs_is_about_the_one_that_is_best_by_validation():
    judged = best_of(ACCURACIES, "test_accuracy")
    assert (judged.outcome, judged.n, judged.missing, judged.diverged) == ("supported", 6, 0, 0)
    assert judged.difference == pytest.approx(0.2 + 0.025)
    against = best_of(ACCURACIES, "test_accuracy", than=0.7)
    assert against.difference == pytest.approx(0.75 + 0.05 - 0.7)
    with pytest.raises(ValueError, match=r"^several runs of seed 0 fit \{'optimizer': 'a'\}$"):
        best_of(ACCURACIES, "test_accuracy", best="")


def test_what_is_best_may_be_the_lowest_and_is_told_in_powers_of_ten():
    rate = registry.load().get("metric", "setting")(of="optimizer.lr", scale="log")
    losses = {
        at: [(-ends[0], ends[1]) if ends else None for ends in of_seeds] for at, of_seeds in ACCURACIES.items()
    }
    runs = grid(losses)
    for run in runs.runs.values():
        if run.final:
            run.final["validation_loss"] = run.final.pop("validation_accuracy")
    claim = Claim("a is best at a lower rate.", rate, {"optimizer": "a"}, {"optimizer": "b"}, is_="lower")
    judged = judge(replace(claim, best="validation_loss"), runs)
    assert (judged.outcome, judged.difference) == ("supported", -1.0)


def test_a_best_run_is_known_when_all_are_there_and_diverged_only_if_all_are():
    lost = best_of(ACCURACIES, "test_accuracy", than={"optimizer": "b", "optimizer.lr": 10.0})
    assert (lost.outcome, lost.n, lost.missing) == ("inconclusive", 0, 6)
    some = grid(ACCURACIES)
    for name in ("a0.10", "b1.01"):
        config = some.runs[name].config
        some.runs[name] = Run(config, "failed", 0, 0.0)
    claim = Claim("a beats b.", FINAL, {"optimizer": "a"}, {"optimizer": "b"}, best="validation_accuracy")
    test = registry.load().get("metric", "final")(of="test_accuracy")
    judged = judge(replace(claim, metric=test), some)
    assert (judged.outcome, judged.n, judged.missing) == ("inconclusive", 4, 2)
    assert judged.why == "4 of 6 pairs"


@pytest.mark.parametrize(
    ("best", "says"),
    [
        (
            "test_accuracy",
            "best = test_accuracy: runs are not chosen by test examples; validation_accuracy chooses",
        ),
        ("gap", "best = gap: it is an accuracy, a loss or a value"),
    ],
)
def test_what_cannot_choose_is_refused(best, says):
    with pytest.raises(ValueError, match=f"^{says}$"):
        Claim("a beats b.", FINAL, best=best)
    with pytest.raises(ValueError, match="best: it chooses among runs, and a statistic is of searches"):
        Claim("a beats b.", statistic=Gain(), best="validation_accuracy")
    with pytest.raises(
        ValueError, match=r"^best = train_accuracy: runs have no such metric at their end; they have"
    ):
        best_of(ACCURACIES, "test_accuracy", best="train_accuracy")
