"""The first part of docs/serve.md leads from nothing to grades: its commands are run, and its steps are made in Chromium."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.web.browsing import Browser
from tools.live_server import free_port, stop

PAGE = ROOT / "docs" / "serve.md"
TITLE = "## From nothing to grades in ten minutes"
START = "grader serve\n"


def guide():
    """Return the section of the page."""
    return PAGE.read_text().partition(TITLE)[2].partition("\n## ")[0]


def commands():
    """Return the blocks of commands of the section."""
    return re.findall(r"```sh\n(.*?)```", guide(), re.DOTALL)


def bold_words():
    """Return the words in bold: buttons, links and fields."""
    return re.findall(r"\*\*([^*]+)\*\*", guide())
