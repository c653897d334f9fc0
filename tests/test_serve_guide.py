"""The first part of docs/serve.md leads from nothing to grades: its commands are run, and its steps are made in Chromium."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.web.browsing import Browser
from tools.live_server import LiveServer, free_port, stop

TITLE = "## From nothing to grades in ten minutes"
ADDRESS = "http://127.0.0.1:8000"
START = "grader serve"


def guide():
    """Return the section of the page."""
    return (ROOT / "docs" / "serve.md").read_text().partition(TITLE)[2].partition("\n## ")[0]


def blocks(language):
    """Return the blocks of the section in a language, without the indent of their list."""
    found = re.findall(rf"^( *)```{language}\n(.*?)```", guide(), re.DOTALL | re.MULTILINE)
    return [re.sub(rf"^{indent}", "", text, flags=re.MULTILINE) for indent, text in found]


class Steps:
    """The words in bold of the section, each of which is the name of a control on a page."""

    def __init__(self):
        self.left = re.findall(r"\*\*([^*]+)\*\*", guide())

    def __call__(self, words):
        """Return the next words in bold, which must be these."""
        assert self.left.pop(0) == words
        return words


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """The environment of a user with an empty home."""
    home = tmp_path_factory.mktemp("home")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "HOME": str(home), "XDG_DATA_HOME": str(home / "data"), "PATH": path, "LC_ALL": "C.UTF-8"}


@pytest.fixture(scope="module")
def server(environment):
    """The server that the first command starts, on a free port; it has printed its lines."""
    command, *_ = blocks("sh")
    assert command.strip() == START
    port = free_port()
    process = subprocess.Popen(
        [*command.split(), "--port", str(port)], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    lines = [process.stdout.readline(), process.stdout.readline()]
    running = LiveServer(port, Path(environment["XDG_DATA_HOME"]), process)
    running.lines = lines
    yield running
    stop(process)


def test_instructor_follows_the_guide(server, chromium):
    step, tab = Steps(), Browser(chromium, server)
    address, link = (line.split(": ", 1)[1].strip() for line in server.lines)
    assert address == server.address
    tab.page.goto(link)
    tab.open("/me")
    tab.write(step("New password, at least 10 characters"), "correct horse battery")
    with tab.page.expect_navigation():
        tab.press(step("Save the password"))
    tab.open("/")
    tab.press(step("Create a course"))
    tab.page.wait_for_url("**/new-course")
    tab.write(step("Title"), "Deep Learning")
    tab.press(step("Create the course"))
    tab.page.wait_for_url("**/c/deep-learning*")
    tab.open("/c/deep-learning")
    tab.press(step("Add an exercise"))
    tab.page.wait_for_url("**/exercises/new")
    tab.page.get_by_label("Exercise", exact=True).select_option("single-neuron")
    tab.press(step("Add it"))
    tab.page.wait_for_url("**/a/single-neuron/settings*")
    tab.press(step("Save"))
    tab.wait_for("Your changes are saved.")
    tab.open("/c/deep-learning")
    tab.press(step("People"))
    tab.page.wait_for_url("**/people")
    tab.press(step("Paste a list instead"))
    tab.reach("List, with the titles of the columns in the first line")
    tab.page.keyboard.insert_text(blocks("csv")[0])
    tab.press(step("Add people"))
    tab.wait_for("Emmy Noether")
    with tab.page.expect_download() as download:
        tab.press(step("Download the links (CSV)"))
    links = Path(download.value.path()).read_text()
    assert "Ada Lovelace" in links and server.address in links
    tab.open("/c/deep-learning/a/single-neuron")
    tab.reach(step("Self-check"))
    tab.reach(step("Graded attempt"))
    tab.press(step("Desk"))
    tab.page.wait_for_url("**/desk*")
    end = time.monotonic() + 60
    while "Class page" not in tab.text() and time.monotonic() < end:
        tab.page.wait_for_timeout(500)
        tab.open("/c/deep-learning/a/single-neuron/desk")
    assert step("Class page") in tab.text() and step("Gradebook as CSV") in tab.text()
    assert step.left == []
    tab.close()


def test_commands_of_the_guide_grade(server, environment):
    _start, commands = blocks("sh")
    commands = commands.replace(ADDRESS, server.address)
    done = subprocess.run(commands, shell=True, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Score: 100 of 100" in done.stdout
