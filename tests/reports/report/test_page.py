"""The report of studies: what was asked, the answer, evidence in words, and what a stranger's text cannot do."""

import json
import re
import shutil
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
import ravine
from ravine.evidence.claim import Verdict
from ravine.evidence.verdicts import Findings, judge_study
from ravine.records.ledger import Ledger, _digest
from ravine.records.run import Run
from ravine.records.study import Study
from ravine.reports.report.answer import answer
from ravine.reports.report.page import entry_of, report_page
from ravine.reports.report.pictures import pictures
from ravine.reports.report.published import published

CLAIM = {"says": "Adam ends lower.", "metric": {"name": "final", "of": "value"}, "is": "lower"}
PAIR = {**CLAIM, "where": {"optimizer": "adam"}, "than": {"optimizer": "sgd"}}
NUMBER = {**CLAIM, "says": "Adam ends below 1.", "where": {"optimizer": "adam"}, "than": 1.0, "exact": True}


@pytest.fixture
def study():
    words = ["problem=ravine", "optimizer=sgd,adam", "training.steps=20", "figures=[paths]", "study=pair"]
    claims = json.dumps([PAIR, NUMBER]).replace('"', "").replace(": ", ":")
    return ravine.sweep([*words, "question='Which is <b>lower</b>?'", f"claims={claims}"])


def text(html):
    body = re.sub(r"<(style|script)>.*?</\1>", "", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_a_report_has_question_answer_evidence_files_and_versions(study):
    one = entry_of(judge_study(study), study.folder.parent)
    page = report_page("Studies", {"A": [one], "B": [one]})
    said = text(page)
    assert "Which is <b>lower</b>?" in said
    assert "<b>lower" not in page
    assert "ends with the lowest value, " in said
    assert re.search(r"○ too few seeds Adam ends lower\. [+−]\d\S*, 1 pair 1 of 6 pairs", said)
    assert re.search(r"not supported Adam ends below 1\. \+\d\S*, 1 run ", said)
    assert "1 of the claims" not in said
    for part in ("seeds 0", "numpy", "configuration", "table of runs (CSV)"):
        assert part in said
    assert 'href="pair/table.csv"' in page
    picture = re.search(r'<img src="(.*?)" alt="(.*?)" width="(\d+)" height="(\d+)"', page)
    assert picture[1] == "pair/figures/paths.svg"
    assert unescape(picture[2]).startswith("pair, paths: ")
    assert "groups: sgd, adam" in picture[2]
    assert 300 < int(picture[3]) < 1300


def test_the_legend_counts_what_there_is_and_nothing_else(study):
    page = text(report_page("One", {"Study": [entry_of(judge_study(study), study.folder)]}))
    assert "✗ 1 not supported" in page
    assert "○ 1 too few seeds" in page
    assert "supported the 95 %" not in page
    assert "inconclusive" not in page.partition("find")[0]


def test_what_is_published_stands_beside_what_differs_from_it(tmp_path):
    (name, rows), *_ = [item for item in published().items() if item[0] == "optimizers_on_mnist"]
    says, before = next(iter(rows.items()))
    low, high = before.interval
    claim = {"says": says, "metric": "diverged", "is": "lower", "than": 1}
    one = Study(tmp_path / name, Ledger(f"ravine -m experiment={name}", [], [claim], []), {})

    def page(verdict):
        return text(report_page("Quick", {"A": [entry_of(Findings(one, [verdict]), tmp_path)]}))

    few = page(Verdict(says, "inconclusive", 3, needed=6, why="3 of 6 runs"))
    assert f"○ too few seeds published: {before.outcome} {says} 3 runs 3 of 6 runs published: −" in few
    assert few.count("published: ") == 2
    same = Verdict(says, before.outcome, 6, difference=before.difference, interval=(low, high))
    assert "published: " not in page(same)
    other = page(replace(same, difference=2 * before.difference))
    assert re.search(rf"6 runs published: −[\d.]+, 95 % −{-low:.3g} to −{-high:.3g}", other)


def _claims(name):
    return ravine.compose([f"experiment={name}"]).claims


def test_the_answer_names_who_cannot_be_told_apart():
    words = [
        "dataset=two_moons",
        "optimizer=adam",
        "optimizer.lr=0.01,0.0101",
        "seed=range(4)",
        "training.steps=20",
    ]
    study = ravine.sweep([*words, "network.hidden=[8]", "figures=[]", "study=near"])
    said = answer(Findings(study, []))
    assert re.fullmatch(
        r"lr=0\.01\d* ends with the highest test accuracy, [\d.]+, the mean of 4 runs\. "
        r"The seeds do not tell lr=0\.01\d* apart from it\.",
        said,
    )


def test_an_answer_claims_nothing_of_one_group_or_of_a_metric_without_a_direction():
    alone = ravine.sweep(["problem=ravine", "training.steps=2", "optimizer.lr=0.1", "seed=0,1", "figures=[]"])
    assert answer(Findings(alone, [])) == ""


def test_pictures_prefer_lines_that_stay_sharp_and_say_their_size(study):
    (one,) = pictures(study)
    assert one.path.name == "paths.svg"
    (study.folder / "figures" / "paths.svg").unlink()
    (other,) = pictures(study)
    assert other.path.name == "paths.png"
    assert (abs(other.width - one.width), abs(other.height - one.height)) <= (2, 2)


def test_the_command_writes_one_page_for_a_study_and_one_for_a_folder(ravine_here, study):
    folder = study.folder.as_posix()
    assert ravine_here("report", folder).stdout == f"{folder}/report.html\n"
    page = Path(folder, "report.html").read_text()
    assert 'data-src="play.html"' in page
    assert Path(folder, "play.html").exists()
    assert ravine_here("report", "runs").stdout == "runs/index.html\n"
    assert 'data-src="pair/play.html"' in Path("runs/index.html").read_text()
    before = {path: path.read_bytes() for path in Path("runs").glob("**/*.html")}
    assert ravine_here("report", "runs").returncode == 0
    assert {path: path.read_bytes() for path in before} == before
    empty = ravine_here("report", "nowhere")
    assert (empty.returncode, empty.stderr) == (2, "ravine: nowhere: neither a study nor a folder of studies\n")


@pytest.fixture
def three(study):
    """Studies in two folders, two of which have one name."""
    for root, name, rate in (("runs", "other", 0.2), ("elsewhere", "pair", 0.3)):
        words = ["problem=ravine", f"optimizer.lr={rate},0.4", "training.steps=5", "figures=[paths]"]
        ravine.sweep([*words, f"study={name}"], root=root)
    return ["runs/pair", "runs/other", "elsewhere/pair"]


def test_several_studies_are_on_one_page_and_every_link_leads_to_a_file(ravine_here, three):
    done = ravine_here("report", *three, "runs/pair")
    assert (done.returncode, done.stdout) == (0, "report.html\n"), done.stderr
    page = Path("report.html").read_text()
    assert "<h1>pair, other, pair</h1>" in page
    assert "3 studies, 2 claims" in page
    assert re.findall(r'<article id="(.*?)">', page) == [
        f"study-{name}" for name in ("runs/pair", "elsewhere/pair", "other")
    ]
    assert set(re.findall(r'<a href="#(.*?)">', page)) == set(re.findall(r'<article id="(.*?)">', page))
    links = {unescape(link) for link in re.findall(r'(?:href|src|data-src)="([^"#][^"]*)"', page)}
    assert {"runs/pair/figures/paths.svg", "elsewhere/pair/play.html", "runs/other/table.csv"} <= links
    for link in links:
        assert Path(link).is_file(), link


def test_the_page_of_several_goes_where_it_shall_and_has_its_title(ravine_here, three):
    done = ravine_here("report", *three[:2], "--into", "deep/er/page.html", "--title", "Two & more")
    assert (done.returncode, done.stdout) == (0, "deep/er/page.html\n"), done.stderr
    page = Path("deep/er/page.html").read_text()
    assert "<h1>Two &amp; more</h1>" in page
    assert 'src="../../runs/pair/figures/paths.svg"' in page


def test_a_study_that_lies_in_a_folder_that_is_named_too_is_there_once(ravine_here, three):
    assert ravine_here("report", "runs", "runs/pair", "elsewhere").returncode == 0
    assert Path("report.html").read_text().count("<article") == 3


def test_one_of_several_that_is_none_is_named_and_nothing_is_written(ravine_here, study):
    done = ravine_here("report", "runs/pair", "runs/pari")
    assert (done.returncode, done.stderr) == (
        2,
        "ravine: runs/pari: neither a study nor a folder of studies\n",
    )
    assert not Path("report.html").exists()


def test_an_answer_counts_the_runs_that_its_mean_is_of(tmp_path):
    def group(lr, accuracies):
        for seed, value in enumerate(accuracies):
            settings = {"problem": {"name": "supervised"}, "optimizer": {"name": "sgd", "lr": lr}, "seed": seed}
            lost = value is None
            yield Run(
                settings, "diverged" if lost else "completed", 9, 1.0, {} if lost else {"test_accuracy": value}
            )

    runs = [*group(0.1, [0.5, 0.51, 0.52]), *group(0.5, [0.8, 0.9, None])]
    study = Study(tmp_path, Ledger("ravine", [], [], [run.id for run in runs]), {run.id: run for run in runs})
    said = answer(Findings(study, []))
    assert said.startswith(
        "lr=0.5 ends with the highest test accuracy, 0.85, the mean of 2 runs; 1 of 3 have none."
    )


def of_datasets(folder, names):
    runs = [
        Run(
            {
                "problem": {"name": "supervised"},
                "dataset": {"name": dataset},
                "optimizer": {"name": name, "lr": 0.1},
                "seed": seed,
            },
            "completed",
            9,
            1.0,
            {"test_accuracy": value - i / 100 + seed / 1000},
        )
        for i, dataset in enumerate(names)
        for name, value in (("sgd", 0.5), ("adam", 0.7))
        for seed in range(2)
    ]
    return Study(folder, Ledger("ravine", [], [], [run.id for run in runs]), {run.id: run for run in runs})


@pytest.mark.parametrize(("into", "file"), [("page", "page.html"), ("x.pdf", "x.html"), (".", "report.html")])
def test_a_page_that_no_browser_would_open_is_refused(into, file, study, ravine_here):
    done = ravine_here("report", study.folder.as_posix(), "--into", into)
    assert done.returncode == 2
    assert done.stderr == f"ravine: --into {into}: the page is a file of HTML, {file}\n"


def test_an_answer_has_the_best_of_each_dataset(tmp_path):
    assert answer(Findings(of_datasets(tmp_path, ["digits", "spirals"]), [])) == (
        "digits adam ends with the highest test accuracy of its dataset, 0.7005, the mean of 2 runs. "
        "spirals adam ends with the highest test accuracy of its dataset, 0.6905, the mean of 2 runs."
    )
    assert answer(Findings(of_datasets(tmp_path, "abcd"), [])) == (
        "Numbers of 4 datasets are not compared; ravine table --markdown marks the best of each."
    )


def test_seeds_that_diverged_are_not_seeds_that_were_not_asked_for(tmp_path):
    one = Study(tmp_path / "mine", Ledger("ravine", [], [CLAIM], []), {})
    lost = Verdict("Adam ends lower.", "inconclusive", 5, missing=1, needed=6, why="5 of 6 pairs")
    page = text(report_page("Mine", {"A": [entry_of(Findings(one, [lost]), tmp_path)]}))
    assert "? 1 inconclusive" in page
    assert "too few seeds" not in page


def test_a_claim_that_cannot_be_judged_is_told_after_the_page_is_written(ravine_here, study):
    ledger = study.folder / "study.json"
    content = json.loads(ledger.read_text())
    content["claims"][0]["metric"] = {"name": "gone"}
    content["sha256"] = _digest({key: value for key, value in content.items() if key != "sha256"})
    ledger.write_text(json.dumps(content))
    done = ravine_here("report", study.folder.as_posix())
    assert done.returncode == 1
    assert "1 of 2 claims is not judged: its metric fails or is missing" in done.stderr
    assert (study.folder / "report.html").exists()


def test_a_report_of_the_current_folder_has_its_name(ravine_here, study, monkeypatch):
    monkeypatch.chdir(study.folder)
    assert ravine_here("report", ".").stdout == "report.html\n"
    assert '<article id="study-pair">' in Path("report.html").read_text()


def test_a_report_links_the_page_of_networks_that_has_been_written_and_is_not_older(ravine_here, tmp_path):
    words = ("optimizer=sgd", "seed=0,1", "training.steps=4", "dataset.train=50", "study=net", "figures=[]")
    assert ravine_here("-m", *words).returncode == 0
    assert ravine_here("report", "runs/net").returncode == 0
    page = tmp_path / "runs" / "net" / "report.html"
    assert "play.html" not in page.read_text()
    assert ravine_here("play", "runs/net").returncode == 0
    assert ravine_here("report", "runs/net").returncode == 0
    assert "play.html" in page.read_text()
    assert ravine_here("again", "runs/net", "seed=2").returncode == 0
    assert ravine_here("report", "runs/net").returncode == 0
    assert "play.html" not in page.read_text()


SEARCH = [
    "hydra/sweeper=search",
    "search.trials=4",
    "optimizer.lr=tag(log,interval(0.001,1))",
    "training.steps=5",
]


def test_the_answer_of_a_search_is_its_best_trial():
    one = ravine.sweep(["problem=ravine", *SEARCH, "figures=[]", "study=one"])
    (trial, (run,)) = min(one.tried, key=lambda tried: tried[0].value)
    assert answer(Findings(one, [])) == (
        f"Of 4 trials the best has value {trial.value:.4g}, with optimizer.lr={run.config['optimizer']['lr']:.6g}."
    )
    two = ravine.sweep(["problem=ravine", *SEARCH, "search.seed=0,1", "figures=[]", "study=two"])
    low, high = sorted(min(trial.value for trial, _ in tried) for tried in two.searches.values())
    assert answer(Findings(two, [])) == f"The best trials of 2 searches have value {low:.4g} to {high:.4g}."


def test_an_answer_compares_nothing_that_has_not_learned():
    words = ["optimizer=sgd,adam", "training.steps=0", "dataset.train=50", "dataset.test=50", "figures=[]"]
    assert answer(Findings(ravine.sweep(words), [])) == ""


def test_a_study_that_has_not_ended_says_so_and_one_that_has_does_not(study):
    def page():
        return text(report_page("One", {"Study": [entry_of(judge_study(there), study.folder)]}))

    there = ravine.load_study(study.folder)
    assert "It has not ended" not in page()
    shutil.rmtree(study.place(next(iter(study.runs))))
    there = ravine.load_study(study.folder)
    assert "It has not ended: 2 runs: 1 completed, 1 missing." in page()
