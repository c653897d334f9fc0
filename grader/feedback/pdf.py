"""Prints pages as PDF files, with a Chromium, Chrome or Edge that is installed on this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from ..executor import local
from ..support.errors import NotGradable, UsageError
from .letters import Letter

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
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
    with ThreadPoolExecutor(local.cores()) as threads:
        contents = threads.map(lambda letter: _print(path, letter), letters)
        for letter, content in zip(letters, contents, strict=True):
            yield letter.with_file(".pdf", content)


def _print(path: str, letter: Letter) -> bytes:
    with tempfile.TemporaryDirectory(prefix="grader-pdf-", ignore_cleanup_errors=True) as scratch:
        source, target = Path(scratch, "page.html"), Path(scratch, "page.pdf")
        source.write_bytes(letter.files[".html"])
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses its sandbox to root
        command = [path, *OPTIONS, *sandbox, f"--user-data-dir={scratch}/profile", f"--print-to-pdf={target}"]
        with suppress(OSError, subprocess.TimeoutExpired):
            subprocess.run([*command, source.as_uri()], capture_output=True, timeout=SECONDS, check=False)
            if target.is_file():
                return target.read_bytes()
    raise NotGradable(
        f"{path} cannot print the page of {letter.recipient.name}: try it by hand, or omit --pdf to give the pages as HTML "
        "only."
    )
