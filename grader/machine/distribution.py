"""The name of this grader's distribution, and the origin of the installation; its command and import are ``grader``."""

from __future__ import annotations

import contextlib
import json
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ..support.errors import NotGradable
from ..support.i18n import _

NAME = "deep-learning-grader"  # as in pyproject.toml


def requirement(extra: str = "") -> str:
    """Return the requirement for pip: the grader, with an optional extra such as "tensorflow"."""
    return f"{NAME}[{extra}]" if extra else NAME


def command(extra: str = "") -> str:
    """Return the shell command that installs the grader."""
    return f"pip install '{requirement(extra)}'" if extra else f"pip install {NAME}"


@cache
def origin() -> str:
    """Return the repository address or the checkout folder that pip installed this grader from, or "" if unknown."""
    import importlib.metadata  # takes 15 ms, and most commands do not need it

    text = None
    with contextlib.suppress(importlib.metadata.PackageNotFoundError, OSError):
        text = importlib.metadata.distribution(NAME).read_text("direct_url.json")
    try:
        record = json.loads(text or "{}")
        url = str(record.get("url", ""))
        if "vcs_info" in record:
            return url
        return unquote(urlsplit(url).path) if "dir_info" in record else ""
    except (ValueError, AttributeError):  # not in pip's format
        return ""


def checkout() -> Path | None:
    """Return the checkout on this machine that the grader was installed from, or None."""
    folder = Path(origin()) if origin().startswith("/") else None
    return folder if folder is not None and (folder / "assignments").is_dir() else None


def left_out(file: str) -> NotGradable:
    """Return the exception for a ``file`` that exists only in the repository, not in an installation."""
    sentence = _("{file} is not part of an installed grader: clone the repository and run the command there.")
    message = sentence.format(file=file)
    if origin():
        message += " " + _("It was installed from {origin}.").format(origin=origin())
    return NotGradable(message)
