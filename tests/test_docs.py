"""README.md and docs/: every command that they show prints what they show, and every link leads somewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
LINKED = [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", ROOT / "CHANGELOG.md"]
SLOW = ("clothing-mlp", "validate", "make demo")  # they train, or grade every known-wrong solution
OMISSION = "..."  # a line that stands for any number of lines of output


def examples():
    """Yield (page, command, expected output) of every console block."""
    for page in PAGES:
        for block in re.findall(r"```console\n(.*?)```", page.read_text(), re.DOTALL):
            for example in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                command, _, output = example.partition("\n")
                marks = [pytest.mark.long] if any(word in command for word in SLOW) else []
                yield pytest.param(command, output.rstrip(), id=f"{page.name}: {command}", marks=marks)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder that looks like the repository; the commands of a page follow each other in it."""
    path = tmp_path_factory.mktemp("docs")
    for name in ("Makefile", "examples", "pyproject.toml", "requirements"):
        (path / name).symlink_to(ROOT / name)
    scripts = path / ".venv" / "bin"
    scripts.mkdir(parents=True)
    (scripts / "grader").symlink_to(Path(sys.executable).with_name("grader"))
    (path / ".venv" / "installed").touch()
    return path


@pytest.mark.parametrize(("command", "expected"), list(examples()))
def test_command_prints_what_the_page_shows(folder, command, expected):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "MAKEFLAGS": "--no-print-directory"}
    process = subprocess.run(
        command, shell=True, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=900
    )
    output = without_measurements(process.stdout + process.stderr)
    expected = without_measurements(expected)
    if OMISSION in expected.splitlines():
        assert re.fullmatch(pattern_of(expected), output, re.DOTALL), output
    else:
        assert output == expected


def pattern_of(expected):
    """Return a regular expression in which each ``...`` line matches any lines; the text may lack its last line break."""
    lines = [r"(?:[^\n]*\n)*?" if line == OMISSION else re.escape(line) + "\n" for line in expected.splitlines()]
    return "".join(lines).removesuffix("\n") + (r"[^\n]*" if expected.endswith(OMISSION) else "")


def without_measurements(text):
    """Remove times, versions, and the results of training, which differ from machine to machine."""
    text = re.sub(r"\d+[.,]\d s\b", "N s", text)
    text = text.replace(", without memory of the kernel", "")  # depends on the control groups of the machine
    text = re.sub(r"-?\d+\.\d %( \(-?\d+\.\d to -?\d+\.\d\))?", "N %", text)
    return re.sub(
        r"^(python|system|numpy|nbclient|ipykernel|tensorflow|device) +\S.*$", r"\1", text, flags=re.MULTILINE
    ).rstrip()


def test_omission_matches_any_lines_but_nothing_else():
    pattern = pattern_of("first\n...\nlast")
    assert re.fullmatch(pattern, "first\na\nb\nlast") and re.fullmatch(pattern, "first\nlast")
    assert not re.fullmatch(pattern, "other\na\nlast") and not re.fullmatch(pattern, "first\na\nlast\nmore")


def without_code(page):
    return re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)


def anchors(page):
    """Return the anchors that GitHub makes from the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", without_code(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", LINKED, ids=lambda page: page.name)
def test_links_lead_to_a_file_and_a_heading(page):
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(page)):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(target)
    assert broken == []


def test_readme_links_to_every_page():
    """A page such as authoring-checks.md is a part of authoring.md, which links to it."""
    readme = (ROOT / "README.md").read_text()
    guides = {name: (ROOT / "docs" / f"{name}.md").read_text() for name in ("authoring", "grading", "serve")}
    parts = {
        page.name: guide for page in PAGES[1:] for name, guide in guides.items() if page.name.startswith(f"{name}-")
    }
    others = [page.name for page in PAGES[1:] if page.name not in parts]
    assert [name for name in others if f"(docs/{name})" not in readme] == []
    assert [name for name, guide in parts.items() if f"({name})" not in guide] == []


def test_readme_is_short():
    assert len(without_code(ROOT / "README.md").split()) < 600
