"""Prints pages as PDF files, with a Chromium, Chrome or Edge that is installed on this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ..executor import local
from ..support.errors import NotGradable, UsageError
from ..support.text import clean
from .letters import Letter

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
# A page contains the text of a submission. It has no scripts, forbids them itself, and needs no network.
OPTIONS = (
    "--headless",
    "--disable-gpu",
    "--disable-extensions",
    "--disable-background-networking",
    "--no-first-run",
    "--no-pdf-header-footer",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
SECONDS = 120  # for one page
MOST_BROWSERS = 4  # each takes up to 300 MB


def browser() -> str:
    """Return the path of a browser that prints pages; raises UsageError if none is installed."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        raise UsageError(
            "--pdf needs Chromium or Chrome on this machine: install it ('apt-get install chromium'), or omit --pdf to "
            "give the pages as HTML only."
        )
    return path


def printed(letters: Sequence[Letter]) -> Iterator[Letter]:
    """Yield each letter with its page as a PDF file as well; raises UsageError, NotGradable if that is not possible."""
    path = browser()
    threads = ThreadPoolExecutor(min(local.cores(), MOST_BROWSERS))
    try:
        contents = threads.map(lambda letter: _print(path, letter), letters)
        for letter, content in zip(letters, contents, strict=True):
            yield letter.with_file(".pdf", content)
    finally:
        threads.shutdown(cancel_futures=True)  # after Ctrl-C or a failure no other page is printed


def _print(path: str, letter: Letter) -> bytes:
    with tempfile.TemporaryDirectory(prefix="grader-pdf-", ignore_cleanup_errors=True) as scratch:
        source, target = Path(scratch, "page.html"), Path(scratch, "page.pdf")
        source.write_bytes(letter.files[".html"])
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses its sandbox to root
        command = [path, *OPTIONS, *sandbox, f"--user-data-dir={scratch}/profile", f"--print-to-pdf={target}"]
        try:
            result = subprocess.run([*command, source.as_uri()], capture_output=True, timeout=SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _failure(path, letter, str(error)) from error
        if not target.is_file():
            raise _failure(path, letter, result.stderr.decode(errors="replace"))
        return target.read_bytes()


def _failure(path: str, letter: Letter, output: str) -> NotGradable:
    return NotGradable(
        f"{path} cannot print the page of {clean(letter.recipient.name)} ({clean(output[-200:]) or 'no reason given'}): omit "
        "--pdf to give the pages as HTML only."
    )
