"""Make docs/images/report.png, the picture of a report in README.md: ``make picture``.

The picture shows the report of a known submission in Chromium. The PNG also holds the sentences that it shows, so
that a test without a browser notices when the report has changed and the picture has not.
"""

from __future__ import annotations

import html
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "images" / "report.png"
CHECKS = ("forward", "backward", "update")
COMMAND = ("check", "numpy-mnist", "examples/numpy-mnist/wrong.py", *(f"--only={name}" for name in CHECKS))
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = ("--no-sandbox", "--disable-gpu")  # root cannot have Chromium's sandbox; the page is the grader's own
WIDTH = 760
COLOURS = 48  # enough for text on three backgrounds, and a quarter of the size


def write_page(page: Path, cache: Path) -> None:
    """Grade the submission and write the page of its report.

    The datasets are always stand-ins, so that the report is the same on every machine.
    """
    environment = {"LC_ALL": "C.UTF-8", "KERAS_HOME": str(cache), "XDG_CACHE_HOME": str(cache), "no_proxy": ""}
    done = subprocess.run(
        [sys.executable, "-m", "grader", *COMMAND, "--lang=en", f"--html={page}"],
        cwd=ROOT,
        env={**os.environ, **environment, "https_proxy": "http://127.0.0.1:9"},
        capture_output=True,
        check=False,
    )
    if done.returncode != 1:  # the submission is wrong
        raise SystemExit(done.stderr.decode())


def sentences(page: Path) -> list[str]:
    """Return the texts of a page that the picture shows, in their order."""
    shown = page.read_text(encoding="utf-8").partition("<main>")[2].partition("<footer")[0]
    texts = re.split(r"<[^>]*>", shown)
    return [" ".join(html.unescape(text).split()) for text in texts if text.strip()]


def recorded() -> list[str]:
    """Return the sentences that the committed picture was made from."""
    with Image.open(PICTURE) as image:
        return json.loads(image.info["report"])


def photographed(page: Path) -> bytes:
    """Return a PNG of the page in Chromium, from its top to the end of the last check.

    The footer is left out: its versions are those of one machine.
    """
    from playwright.sync_api import sync_playwright

    browser = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if browser is None:
        raise SystemExit("There is no Chromium: install it with 'apt-get install chromium'.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=list(OPTIONS))
        view = chromium.new_page(viewport={"width": WIDTH, "height": 800}, color_scheme="light")
        view.goto(page.as_uri())
        last = view.locator("section.check").last.bounding_box()
        assert last is not None
        clip = {"x": 0, "y": 0, "width": WIDTH, "height": last["y"] + last["height"] + 16}
        image: bytes = view.screenshot(full_page=True, clip=clip)
        chromium.close()
    return image


def make(target: Path = PICTURE) -> None:
    """Grade, photograph the page, and write the picture with its sentences."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        write_page(page, Path(folder))
        texts = sentences(page)
        image = Image.open(io.BytesIO(photographed(page))).convert("RGB")
    metadata = PngInfo()
    metadata.add_text("report", json.dumps(texts))
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(target, pnginfo=metadata, optimize=True)


if __name__ == "__main__":
    make()
