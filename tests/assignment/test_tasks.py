"""A task in another language says the same about the same names."""

from __future__ import annotations

import re

import pytest

from grader import assignment
from grader.support import i18n
from grader.support.i18n import _
from tests.assignment.tiny import GOOD, load
from tests.conftest import ROOT

pytestmark = pytest.mark.quick

TASKS = sorted(ROOT.glob("assignments/*/task.*.md"))
OTHERS = [language for language in i18n.LANGUAGES if language != i18n.ENGLISH]
CODE = re.compile(r"`[^`\n]+`")


def test_task_is_that_of_the_language_or_else_the_one_that_the_assignment_names(tmp_path):
    loaded = load(tmp_path, GOOD)
    assert loaded.task_file("de") == loaded.folder / "task.md"
    (tmp_path / "task.de.md").write_text("# Eine Aufgabe\n")
    assert loaded.task_file("de") == loaded.folder / "task.de.md"
    assert loaded.task_file("es") == loaded.folder / "task.md"
    other = load(tmp_path, GOOD + "task: text/sheet.markdown\n")
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "sheet.de.markdown").write_text("# Ein Blatt\n")
    assert other.task_file("de") == other.folder / "text" / "sheet.de.markdown"


@pytest.mark.parametrize("name", assignment.bundled_names())
def test_task_of_a_bundled_exercise_is_in_every_language(name):
    folder = assignment.load(name, outline=True).folder
    assert [language for language in OTHERS if not (folder / f"task.{language}.md").is_file()] == []


@pytest.mark.parametrize("file", TASKS, ids=[f"{file.parent.name} {file.name}" for file in TASKS])
def test_translated_task_has_the_names_and_the_tables_of_the_task(file):
    original, translation = (path.read_text(encoding="utf-8") for path in (file.with_name("task.md"), file))
    assert {*CODE.findall(translation)} == {*CODE.findall(original)}
    for beginning in ("#", "|"):
        lines = [[line for line in text.splitlines() if line.startswith(beginning)] for text in (original, translation)]
        assert len(lines[0]) == len(lines[1])


@pytest.mark.parametrize("file", TASKS, ids=[f"{file.parent.name} {file.name}" for file in TASKS])
def test_heading_of_a_translated_task_is_the_title_of_the_exercise(file):
    title = assignment.load(str(file.parent), outline=True).content.title
    with i18n.use(file.suffixes[0].strip(".")):
        translation = _(title)
    if translation != title:
        assert file.read_text(encoding="utf-8").splitlines()[0] == f"# {translation}"
