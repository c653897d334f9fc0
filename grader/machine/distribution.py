"""What this grader is called where packages are installed, and where it came from; its command and its import are ``grader``."""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ..support.errors import NotGradable
from ..support.i18n import _

NAME = "deep-learning-grader"  # as in pyproject.toml


def requirement(extra: str = "") -> str:
    """The grader, with an optional dependency of it such as "tensorflow", as pip needs it written."""
    return f"{NAME}[{extra}]" if extra else NAME


def command(extra: str = "") -> str:
    """The command that installs it, to be copied into a shell."""
    return f"pip install '{requirement(extra)}'" if extra else f"pip install {NAME}"


@cache
def origin() -> str:
    """The repository or the checkout that pip installed this grader from, an address or a folder; "" if it is not known."""
    told = None
    with contextlib.suppress(importlib.metadata.PackageNotFoundError, OSError):
        told = importlib.metadata.distribution(NAME).read_text("direct_url.json")
    try:
        found = json.loads(told or "{}")
        url = str(found.get("url", ""))
        if "vcs_info" in found:
            return url
        return unquote(urlsplit(url).path) if "dir_info" in found else ""
    except (ValueError, AttributeError):  # not as pip writes it
        return ""


def checkout() -> Path | None:
    """The folder on this machine that the grader was installed from; None if there is none."""
    folder = Path(origin()) if origin().startswith("/") else None
    return folder if folder is not None and (folder / "assignments").is_dir() else None


def left_out(file: str) -> NotGradable:
    """What to raise where a ``file`` of the repository is needed that an installation does not have."""
    sentence = _("An installation of the grader has no {file}: clone its repository, and run the command there.")
    told = sentence.format(file=file)
    if origin():
        told += " " + _("It was installed from {origin}.").format(origin=origin())
    return NotGradable(told)
