"""Player and report in a real browser: what is seen, keys, address, requests, and what axe finds.

Needs Chromium with its driver, selenium, and axe's file from the package axe-playwright-python.
"""

import importlib.util
import json
import os
import shutil
import time
from pathlib import Path

import pytest
import ravine
from ravine.cli.report import entry, write_report
from ravine.evidence.verdicts import judge_study
from ravine.records.together import together
from ravine.reports.player.page import play_page

pytestmark = pytest.mark.long

_CHROMIUM = shutil.which("chromium")
_MISSING = [
    *([] if _CHROMIUM and shutil.which("chromedriver") else ["Chromium with its driver"]),
    *(name for name in ("selenium", "axe_playwright_python") if not importlib.util.find_spec(name)),
]
if _MISSING and not os.environ.get("RAVINE_BROWSER"):
    pytest.skip(f"without a browser: {', '.join(_MISSING)}", allow_module_level=True)

WIDE, NARROW = (1280, 900), (380, 800)


@pytest.fixture(scope="module")
def browser():
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = _CHROMIUM
    for word in ("headless", "no-sandbox", "disable-gpu", "no-first-run", "disable-background-networking"):
        options.add_argument(f"--{word}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """A page of descents over rates and momenta, and one of networks."""
    here = tmp_path_factory.mktemp("pages")
    descents = [
        "problem=ravine,rosenbrock",
        "optimizer=momentum,adam",
        "optimizer.lr=0.01,0.1",
        "training.steps=20",
    ]
    networks = ["dataset=two_moons", "optimizer=sgd,adam", "training.steps=20", "training.evaluate_every=5"]
    more = ["network.hidden=[8,8]", "probes=[distributions,decision_surface]", "seed=0,1"]
    claim = "claims=[{says:Momentum arrives.,metric:diverged,is:equal,than:0,exact:true,where:{optimizer:momentum,optimizer.lr:0.1,problem:ravine}}]"
    drawn = [*descents, "figures=[paths]", claim]
    for name, words in (("descents", drawn), ("networks", [*networks, *more, "figures=[]"])):
        study = ravine.sweep([*words, f"study={name}"], root=here)
        (here / f"{name}.html").write_text(play_page(study, name))
    both = together([ravine.load_study(here / name) for name in ("descents", "networks")])
    (here / "both.html").write_text(play_page(both, "both"))
    descents = entry(judge_study(ravine.load_study(here / "descents")), here / "report.html")
    write_report("Studies", {"All": [descents] * 2}, here / "report.html")
    return here


def opened(browser, page, state="", size=WIDE, **media):
    """Open a page and wait until it is drawn."""
    width, height = size
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    features = [{"name": f"prefers-{name.replace('_', '-')}", "value": value} for name, value in media.items()]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    browser.get("about:blank")
    browser.get_log("performance")
    browser.get(f"{page.as_uri()}{state}")
    _until(lambda: browser.execute_script("return document.documentElement.dataset.ready"))


def _until(holds, seconds=20):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def pressed(browser, *keys):
    from selenium.webdriver.common.action_chains import ActionChains

    ActionChains(browser).send_keys(*keys).perform()


def text(browser, selector):
    return browser.execute_script("return document.querySelector(arguments[0]).textContent", selector)


def address(browser):
    return browser.execute_script("return Object.fromEntries(new URLSearchParams(location.hash.slice(1)))")


@pytest.mark.parametrize("name", ["descents", "networks", "report"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_it_draws_without_an_error_a_request_or_a_cut(browser, pages, name, scheme, size):
    page = pages / f"{name}.html"
    opened(browser, page, size=size, color_scheme=scheme)
    assert browser.execute_script("return document.documentElement.classList.contains('dark')") == (
        scheme == "dark"
    )
    assert browser.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")
    assert [entry["message"] for entry in browser.get_log("browser")] == []
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]
    own = {page.as_uri(), "about:blank", (pages / "descents" / "figures" / "paths.svg").as_uri()}
    assert {url.partition("#")[0] for url in asked} <= own
    # Something is on every canvas that is seen.
    empty = """
    return [...document.querySelectorAll("canvas")].filter((canvas) => canvas.width && canvas.height &&
      !canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value)).length"""
    assert browser.execute_script(empty) == 0


@pytest.mark.parametrize("name", ["descents", "networks", "report"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser, pages, name, scheme):
    place = Path(next(iter(importlib.util.find_spec("axe_playwright_python").submodule_search_locations)))
    axe = next(place.rglob("axe.min.js")).read_text()
    for view in ("map", "relief"):
        opened(browser, pages / f"{name}.html", f"#view={view}&layout=side", color_scheme=scheme)
        browser.execute_script(axe)
        found = browser.execute_async_script("axe.run().then(arguments[0])")
        assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []


def test_the_table_of_a_step_is_what_the_run_recorded(browser, pages):
    opened(browser, pages / "descents.html", "#surface=0&runs=0&at=1&step=3")
    (run,) = [
        run
        for run in ravine.load_study(pages / "descents").runs.values()
        if (run.config["problem"]["name"], run.config["optimizer"]["name"], run.config["optimizer"]["lr"])
        == ("ravine", "momentum", 0.1)
    ]
    rows = browser.execute_script(
        "return [...document.querySelectorAll('.step tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent))"
    )
    said = {name: [float(value.replace("−", "-")) for value in values] for name, *values in rows}
    assert list(said) == ["θ", "gradient", "v", "update", "effective rate"]
    assert said["θ"] == pytest.approx(run.path[3], rel=1e-3)
    assert said["v"] == pytest.approx(run.arrays["state.v"][3], rel=1e-3)
    # On this surface the gradient is (x / 10, 2 y).
    assert said["gradient"] == pytest.approx(run.path[3] * (0.1, 2), rel=1e-3)
    update = run.path[4] - run.path[3]
    assert said["update"] == pytest.approx(update, rel=1e-2)
    assert said["effective rate"] == pytest.approx(-update / (run.path[3] * (0.1, 2)), rel=1e-2)


def test_everything_goes_by_keys_and_is_in_the_address(browser, pages):
    from selenium.webdriver.common.keys import Keys

    opened(browser, pages / "descents.html")
    pressed(browser, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_LEFT)
    assert text(browser, ".transport output") == "1 of 20"
    assert text(browser, "#said").startswith("step 1 of 20: momentum at ")
    pressed(browser, "3", "s", Keys.END)
    found = address(browser)
    assert (found["view"], found["layout"], found["step"]) == ("relief", "side", "20")
    assert browser.execute_script("return document.querySelectorAll('.pictures figure').length") == 2
    # With Tab everything can be reached: buttons, boxes, sliders, pictures.
    reached = set()
    for _ in range(30):
        pressed(browser, Keys.TAB)
        reached.add(
            browser.execute_script("return document.activeElement.type || document.activeElement.tagName")
        )
    assert {"button", "checkbox", "range", "select-one", "CANVAS"} <= reached
    opened(browser, pages / "descents.html", f"#{'&'.join(f'{key}={value}' for key, value in found.items())}")
    assert address(browser) == found
    # Also on a page in which the system's theme is another one.
    opened(
        browser,
        pages / "descents.html",
        f"#{'&'.join(f'{key}={value}' for key, value in found.items())}",
        color_scheme="dark",
    )
    assert address(browser)["theme"] == found["theme"] == "light"


def test_it_plays_to_the_end_and_stops_there(browser, pages):
    opened(browser, pages / "descents.html", "#step=15")
    pressed(browser, " ")
    assert browser.execute_script("return document.querySelector('.transport [title=pause]') !== null")
    _until(lambda: address(browser)["step"] == "20")
    assert browser.execute_script("return document.querySelector('.transport [title=play]') !== null")


def test_a_slider_shows_the_run_with_that_value(browser, pages):
    opened(browser, pages / "descents.html", "#runs=0&at=0&step=1")
    before = text(browser, ".step tbody")
    browser.execute_script(
        "const slider = document.querySelector('.slider input'); slider.value = 1; slider.dispatchEvent(new Event('input'))"
    )
    assert text(browser, ".slider b") == "0.1"
    assert text(browser, ".step tbody") != before
    assert address(browser)["at"] == "1"


def test_networks_step_by_evaluation(browser, pages):
    from selenium.webdriver.common.keys import Keys

    opened(browser, pages / "networks.html")
    pressed(browser, Keys.ARROW_RIGHT)
    assert text(browser, ".transport output") == "step 5 of 20"
    captions = browser.execute_script(
        "return [...document.querySelectorAll('.curves figcaption')].map((c) => c.textContent)"
    )
    whats = ["activations by layer", "gradients by layer", "weights by layer", "decision boundary"]
    assert captions == [f"{what}, step 5" for what in whats]
    study = ravine.load_study(pages / "networks")
    finals = [run.arrays["evaluation.test_loss"][1] for run in study.groups()["adam"]]
    rows = browser.execute_script(
        "return [...document.querySelectorAll('.step tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent))"
    )
    (loss,) = [row for row in rows if row[0] == "test loss"]
    assert float(loss[2]) == pytest.approx(sum(finals) / 2, rel=1e-3)


def test_what_is_inside_a_run_is_of_its_own_last_evaluation(browser, pages):
    opened(browser, pages / "networks.html")
    own = "return [0, 3, 4, 9, 99].map((step) => Networks.prototype.own({ steps: [0, 4, 8] }, step))"
    assert browser.execute_script(own) == [0, 0, 1, 2, 2]


def test_lines_with_other_steps_stand_at_their_own(browser, pages):
    opened(browser, pages / "networks.html")
    data = browser.execute_script(
        """const chart = new Chart("both");
        document.body.append(chart.element);
        chart.show([{ label: "a", look: 0, steps: [0, 2, 4], values: [1, 2, 3] }, { label: "b", look: 1, steps: [0, 32, 64], values: [9, 8, null] }]);
        return chart.plot.data.map((column) => Array.from(column, (value) => value === undefined ? "no step" : value));"""
    )
    assert data == [[0, 2, 4, 32, 64], [1, 2, 3, "no step", "no step"], [9, "no step", "no step", 8, None]]


def test_a_chart_says_where_a_line_leaves_it(browser, pages):
    opened(browser, pages / "networks.html")
    captions = browser.execute_script(
        """const chart = new Chart("f"), captions = [];
        for (const values of [[1, 2, 3], [1, 2, 1e9], [1, -1e9, 1e9], [3, 2, 1]]) {
          chart.show([{ label: "a", look: 0, steps: [0, 1, 2], values }]);
          captions.push(chart.caption.textContent);
        }
        return captions;"""
    )
    assert captions == ["f", "f; a line goes on above", "f; a line goes on above and below", "f"]


def test_a_chart_may_have_more_numbers_than_a_call_has_arguments(browser, pages):
    opened(browser, pages / "networks.html")
    most = browser.execute_script(
        "return extremes([new Float64Array(400000).map((_, i) => i), [null, NaN, -1]])"
    )
    assert most == [-1, 399_999]
    low, high = browser.execute_script("return new Chart('f').ends([[0, 1, 2], [3.4, 0, -1e30]])")
    assert -1e4 < low < 0
    assert high < 1e4


def test_a_link_leads_to_the_tab_that_was_copied(browser, pages):
    opened(browser, pages / "both.html", "#tab=networks&step=2")
    assert text(browser, ".tabs [aria-pressed=true]") == "Networks"
    assert address(browser).get("tab") == "networks"
    browser.execute_script("location.hash = '#tab=descents&step=3&theme=dark'")
    _until(lambda: text(browser, ".transport output") == "3 of 20")
    assert text(browser, ".tabs [aria-pressed=true]") == "Descents"
    assert browser.execute_script("return document.documentElement.classList.contains('dark')")


def test_a_sliders_own_keys_stay_its_own(browser, pages):
    from selenium.webdriver.common.keys import Keys

    opened(browser, pages / "descents.html", "#at=0&step=5")
    slider = browser.find_element("css selector", ".slider input")
    slider.send_keys(Keys.END)
    assert text(browser, ".slider b") == "0.1"
    assert text(browser, ".transport output") == "5 of 20"


def test_what_stands_in_the_address_and_is_not_there_is_left_out(browser, pages):
    opened(browser, pages / "descents.html", "#surface=9&runs=0.7.x&at=5&step=900&view=odd")
    assert text(browser, ".transport output") == "20 of 20"
    assert [entry["message"] for entry in browser.get_log("browser")] == []


def test_the_report_is_filtered_by_verdict_and_words_and_plays(browser, pages):
    opened(browser, pages / "report.html")
    shown = "return [...document.querySelectorAll('tr[data-outcome]')].filter((row) => !row.hidden).length"
    assert browser.execute_script(shown) == 2
    box = browser.find_element("css selector", "#find")
    box.send_keys("no such words")
    assert browser.execute_script(shown) == 0
    assert text(browser, "#found") == "claims: 0, studies: 0"
    box.clear()
    box.send_keys("arrives")
    assert text(browser, "#found") == "claims: 2, studies: 2"
    browser.find_element("css selector", "[name=outcome]").click()
    assert text(browser, "#found") == "claims: 0, studies: 0"
    browser.find_element("css selector", "[name=outcome]").click()
    browser.find_element("css selector", "details.play summary").click()
    _until(lambda: browser.find_elements("css selector", "iframe"))
    browser.switch_to.frame(0)
    _until(lambda: browser.execute_script("return document.documentElement.dataset.ready"))
    assert text(browser, ".transport output") == "0 of 20"
    browser.switch_to.default_content()


def test_a_step_is_not_lost_while_no_run_is_shown(browser, pages):
    opened(browser, pages / "descents.html", "#step=15")
    for wanted in (False, True):
        browser.execute_script(
            "for (const box of document.querySelectorAll('.series input')) if (box.checked !== arguments[0]) box.click()",
            wanted,
        )
        assert text(browser, ".transport output") == "15 of 20"
    assert [entry["message"] for entry in browser.get_log("browser")] == []
