"""Tests of the links between the pages of a class, without scripts and with the script of the page."""

from __future__ import annotations

import json
from urllib.parse import quote as urlquote
from urllib.parse import unquote

import pytest

from grader.report import html
from grader.report.navigation import Neighbour, with_navigation

from .made import HOSTILE, report

NAMES = ["Änne #1", "Ben", "Cem", "Dan"]


@pytest.fixture
def opened_class(browser, tmp_path):
    """Write the pages of four students, and return a function that opens one as if the class page had been there before."""
    (tmp_path / "instructor").mkdir()
    (tmp_path / "index.html").write_text("<title>class</title>")
    for number, name in enumerate(NAMES):
        neighbours = [
            Neighbour(urlquote(f"{NAMES[place]}.html"), NAMES[place]) if 0 <= place < len(NAMES) else None
            for place in (number - 1, number + 1)
        ]
        page = with_navigation(html.render(report(), "Swap", 75, name), "../index.html", *neighbours)
        (tmp_path / "instructor" / f"{name}.html").write_text(page)
    contexts = []

    def open_page(name, kept=None, **options):
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        overview = (tmp_path / "index.html").as_uri()
        page.goto(overview)
        if kept is not None:
            page.evaluate("([key, value]) => sessionStorage.setItem(key, value)", [f"grader.class {overview}", kept])
        page.goto((tmp_path / "instructor" / f"{name}.html").as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()


def listed(*names, address="#bug=sign"):
    students = [[f"instructor/{urlquote(name)}.html#line-3", name] for name in names]
    return json.dumps({"address": address, "students": students})


def links(page):
    shown = page.eval_on_selector_all("nav a", "all => all.filter(a => a.checkVisibility()).map(a => [a.id, a.href])")
    return {name: unquote(address.rpartition("/")[2]) for name, address in shown}


@pytest.mark.parametrize("options", [{"java_script_enabled": False}, {}], ids=["without scripts", "without a list"])
def test_links_have_the_order_of_the_class(opened_class, options):
    page = opened_class("Ben", **options)
    assert links(page) == {"overview": "index.html", "previous": "Änne #1.html", "following": "Cem.html"}
    assert links(opened_class(NAMES[0])) == {"overview": "index.html", "following": "Ben.html"}


def test_links_follow_the_listed_students_and_lead_back_to_the_list(opened_class):
    page = opened_class("Ben", listed("Dan", "Ben", "Änne #1"))
    assert links(page) == {
        "overview": "index.html#bug=sign",
        "previous": "Dan.html#line-3",
        "following": "Änne #1.html#line-3",
    }
    assert page.text_content("#position") == "2 of 3 listed students"
    page.click("#following")
    assert page.text_content("#position") == "3 of 3 listed students"
    assert links(page) == {"overview": "index.html#bug=sign", "previous": "Ben.html#line-3"}
    assert page.complaints == []
    page.click("#overview")
    assert page.url.endswith("/index.html#bug=sign")


@pytest.mark.parametrize(
    ("address", "anchor"),
    [
        ("#bug=sign-flipped", "#bug-sign-flipped"),
        ("#status=failed&check=loss:failed", "#check-loss"),
        ("#search=check", ""),
        ("", ""),
    ],
)
def test_next_page_opens_at_what_the_students_are_listed_for(opened_class, address, anchor):
    students = [[f"instructor/{name}.html", name] for name in ("Ben", "Dan")]
    page = opened_class("Ben", json.dumps({"address": address, "students": students}))
    assert links(page)["following"] == f"Dan.html{anchor}"


def test_student_who_is_not_listed_has_the_order_of_the_class(opened_class):
    page = opened_class("Ben", listed("Dan", "Cem"))
    assert links(page) == {"overview": "index.html#bug=sign", "previous": "Änne #1.html", "following": "Cem.html"}


@pytest.mark.parametrize("kept", ["no JSON", "null", "3", '{"address": 3}', '{"address": "", "students": [3]}'])
def test_odd_list_is_ignored(opened_class, kept):
    assert links(opened_class("Ben", kept))["overview"].startswith("index.html")


def test_names_are_escaped_and_only_the_own_script_runs(opened):
    page = with_navigation(
        html.render(report(HOSTILE, HOSTILE), HOSTILE, 75, HOSTILE), "../index.html", None, Neighbour("a.html", HOSTILE)
    )
    foreign = "<script>document.title = 'run'</script>"
    tab = opened(page.replace("</main>", f"{foreign}</main>"))
    assert tab.page.title() != "run" and tab.page.text_content("#following").startswith("Next: </style><script>")
    assert len(tab.complaints) == 1 and "Content Security Policy" in tab.complaints[0]
