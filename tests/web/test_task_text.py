"""The task becomes a part of the page: headings below that of the page, no HTML of its author, pictures of the exercise."""

from __future__ import annotations

import pytest

from grader.assignment import bundled_names, load
from grader.web import task_text


def rendered(text, title="The title"):
    return task_text.rendered(text, title, "/files")


def test_first_heading_is_left_out_if_it_is_the_title():
    assert rendered("# The title\n\nWork.\n\n# Part") == "<p>Work.</p>\n<h3>Part</h3>\n"


def test_headings_move_below_that_of_the_section_without_a_gap():
    html = rendered("# Another\n\n### Part\n\n###### Deep")
    assert html == "<h3>Another</h3>\n<h4>Part</h4>\n<h5>Deep</h5>\n"
    assert rendered("# The title\n\n## Part") == "<h3>Part</h3>\n"


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[a](javascript:alert(1))", "`<b>`", "a <b>b</b>"],
)
def test_html_and_scripts_of_the_author_are_text(text):
    html = rendered(text)
    assert "<script" not in html
    assert "<img" not in html
    assert "<b>" not in html
    assert 'href="javascript' not in html


def test_table_scrolls_on_a_narrow_screen():
    assert '<div class="scroll" tabindex="0"><table>' in rendered("| a |\n|---|\n| 1 |\n")


def test_link_does_not_tell_the_other_server_the_page():
    assert 'rel="noopener noreferrer"' in rendered("[numpy](https://numpy.org)")


def test_picture_comes_from_the_exercise_and_never_from_another_server():
    assert 'src="/files/a%20b.png"' in rendered("![A curve](<a b.png>)")
    for source in ("https://example.org/a.png", "../solution.png", "sub/a.png", "solution.py"):
        assert 'src="data:,"' in rendered(f"![A curve]({source})")


def test_only_pictures_that_the_task_shows_may_be_read():
    text = "![A](a.png) ![B](../b.png) ![C](solution.py) [D](d.png)"
    assert task_text.pictures(text) == {"a.png"}


@pytest.mark.parametrize("name", bundled_names())
def test_task_of_every_bundled_exercise_can_be_shown(name):
    assignment = load(name)
    text = assignment.file(assignment.content.task).read_text(encoding="utf-8")
    assert "<table>" in task_text.rendered(text, assignment.content.title, "/files") or "|" not in text
