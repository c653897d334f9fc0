"""Tests: the page of a report is one file without scripts, whatever text comes from a submission."""

from __future__ import annotations

import itertools
import re
from html.parser import HTMLParser

import pytest

from grader.report import html
from grader.report.evidence import Evidence, ShownExcerpt
from grader.report.model import Report
from tests.conftest import ROOT

from .made import HOSTILE, NOTEBOOK, QUOTED, report

pytestmark = pytest.mark.quick

EMPTY = {"meta", "img", "input", "br", "link"}
SHAPES = {"rect", "circle", "line", "path"}


class Parsed(HTMLParser):
    """The elements of a page with their attributes, and its text; every element must be closed in order."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.elements, self.text, self._open = [], [], []
        self.feed(page)
        self.close()
        assert not self._open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def named(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def rendered(document: Report, **options):
    return html.render(document, "Swap", 75, "anna", **options)


@pytest.mark.parametrize("text", [HOSTILE, QUOTED])
def test_text_of_a_submission_is_escaped(text):
    page = html.render(report(text, text), text, 75, text, notebook=NOTEBOOK, note=text)
    parsed = Parsed(page)
    assert {tag for tag, _ in parsed.elements} <= SHAPES | {
        *("html", "head", "meta", "title", "style", "body", "main", "header", "footer", "section", "div", "span", "p"),
        *("h1", "h2", "h3", "strong", "code", "ul", "li", "figure", "figcaption", "svg", "desc", "text", "g", "img"),
        "pre",
    }
    attributes = [(name, value) for _, pairs in parsed.elements for name, value in pairs.items()]
    assert not [name for name, _ in attributes if name.startswith("on") or name in ("href", "srcdoc", "xlink:href")]
    assert all(value.startswith("data:image/png;base64,") for name, value in attributes if name == "src")
    assert all(
        re.fullmatch(r"(width|left):[\d.]+%|--before:\d+", value) for name, value in attributes if name == "style"
    )
    assert "\u202e" not in page and "\x1b" not in page and "49" not in re.findall(r"gnp\.exe.{0,20}", page)


def test_page_loads_nothing():
    page = rendered(report(), notebook=NOTEBOOK)
    assert not re.search(r"https?://|url\(|@import|<script|<link", page)
    (policy,) = [m["content"] for m in Parsed(page).named("meta") if m.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ") and "script" not in policy


def test_page_shows_score_checks_bugs_and_hints():
    text = " ".join(" ".join(Parsed(rendered(report())).text).split())
    for phrase in (
        "37.5 of 90 points",
        "67.5 points are needed to pass.",
        "12.5 of 25",
        "Partly correct",
        "Time limit",
        "Memory limit",
        "Bug: Summed over both axes",
        "Also: Summed",
        "Or: Summed",
        "Hint: dW1 is wrong",
        "note, without points",
        "Isolation: medium, without network",
    ):
        assert phrase in text


def test_first_level_of_hints_does_not_name_the_bug():
    page = rendered(report(), hint_level=1)
    assert "bias-gradient-scalar" not in page and "Hint:" in page


def test_code_in_a_sentence_is_marked():
    assert html.marked("`a<b` is wrong") == "<code>a&lt;b</code> is wrong"
    assert html.marked("one ` alone <b>") == "one ` alone &lt;b&gt;"


def test_headings_are_in_order_and_pictures_have_names():
    page = rendered(report(), notebook=NOTEBOOK)
    levels = [int(tag[1]) for tag, _ in Parsed(page).elements if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    parsed = Parsed(page)
    assert all(svg.get("role") == "img" or svg.get("aria-hidden") == "true" for svg in parsed.named("svg"))
    assert len(parsed.named("desc")) == len([svg for svg in parsed.named("svg") if "role" in svg]) == 10
    assert all(image["alt"] for image in parsed.named("img"))
    assert parsed.named("html") == [{"lang": "en"}]


def test_error_shared_by_all_checks_is_shown_once():
    document = report()
    checks = [
        c.model_copy(update={"status": "error", "message": "SyntaxError.", "score": 0.0}) for c in document.checks
    ]
    assert rendered(document.model_copy(update={"checks": checks})).count("SyntaxError.") == 1


def test_ungraded_page_has_no_score():
    document = report()
    checks = [c.model_copy(update={"status": "not_gradable", "score": None}) for c in document.checks]
    update = {"score": None, "ending": "not_gradable", "checks": checks}
    text = " ".join(Parsed(rendered(document.model_copy(update=update))).text)
    assert (
        "Not graded" in text
        and "a problem of the grader, not of the submission" in text
        and "points are needed" not in text
    )


def test_pictures_of_another_version_are_left_out():
    document = report()
    odd = [{"kind": "hologram"}, "text", {"kind": "gaps", "models": []}, {"kind": "images", "rows": 3}]
    checks = [c.model_copy(update={"evidence": Evidence(pictures=odd)}) for c in document.checks]
    assert "<figure" not in rendered(document.model_copy(update={"checks": checks}))


def test_report_read_from_json_gives_the_same_page():
    document = report()
    assert rendered(document) == rendered(Report.model_validate_json(document.to_json()))


def test_evidence_of_pictures_is_small():
    assert len(report().to_json()) < 50_000


def test_rules_use_colours_only_from_variables():
    """All colours are variables, so that one place decides on the dark and light schemes and their contrast."""
    style = (ROOT / "grader" / "report" / "templates" / "style.css").read_text()
    rules = re.sub(r"--[\w-]+: [^;]+;|:root \{[^}]*\}", "", style)
    assert set(re.findall(r"#[0-9a-f]{3,6}\b", rules)) <= {"#fff"}


def test_excerpt_shows_characters_that_change_the_order_of_the_code():
    document = report("a", "a")
    excerpt = ShownExcerpt(title="f", file="a.py", text="if a: # \u202e\n    <b>", is_code=True)
    check = document.checks[0].model_copy(update={"evidence": Evidence(manual=True, shown=[excerpt])})
    page = rendered(document.model_copy(update={"checks": [check]}))
    assert 'if a: # <span class="unseen">U+202E</span>\n    &lt;b&gt;</pre>' in page
