"""Record the player for the docs: ``python docs/make_player_picture.py runs/optimizer_paths/play.html``.

Needs Chromium with its driver, and selenium.
"""

import io
import shutil
import sys
import time
from pathlib import Path

from PIL import Image
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

PICTURE = Path(__file__).parent / "figures" / "player.webp"
WIDTH, HEIGHT, LAST, MILLISECONDS = 1120, 620, 29, 240


def frame(browser: webdriver.Chrome, step: int) -> Image.Image:
    """Return the page at a step."""
    browser.execute_script(
        "const scrub = document.querySelector('.scrub'); scrub.value = arguments[0];"
        "scrub.dispatchEvent(new Event('input'))",
        step,
    )
    time.sleep(0.05)
    return Image.open(io.BytesIO(browser.get_screenshot_as_png())).convert("RGB")


def main(page: Path) -> None:
    """Write the picture."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for word in ("headless", "no-sandbox", "disable-gpu", "hide-scrollbars", f"window-size={WIDTH},{HEIGHT}"):
        options.add_argument(f"--{word}")
    browser = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    size = {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(f"{page.resolve().as_uri()}#focus=1")
    while not browser.execute_script("return document.documentElement.dataset.ready"):
        time.sleep(0.02)
    first, *others = [frame(browser, step) for step in range(LAST + 1)]
    browser.quit()
    first.save(
        PICTURE, save_all=True, append_images=others, duration=MILLISECONDS, loop=0, quality=80, method=6
    )
    print(f"{PICTURE} ({PICTURE.stat().st_size / 1024:.0f} KiB)")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
