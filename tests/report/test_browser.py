"""Tests of the pages in a real browser: no scripts, no requests, accessible, and a class page that can be searched."""

from __future__ import annotations

import json

import pytest

from grader.assignment import load
from grader.batch import class_page
from grader.batch.student_lines import FoundBug, StudentLine
from grader.batch.summary import ClassSummary, outcomes
from grader.copies import pages as copies_pages
from grader.copies.compared_code import ComparedCode, Piece
from grader.copies.comparing import compare
from grader.report import html
from grader.report.evidence import Evidence, Location, RubricEntry, ShownExcerpt
from grader.report.navigation import with_navigation
from grader.submission.source_files import SourceFile
from tests.batch.rows import row
from tests.conftest import ROOT

from .made import HOSTILE, NOTEBOOK, QUOTED, report

CODE = f"@decorated\nclass A:\n    'text'\n    def f(self): return len('{HOSTILE}') + 1.5  # {'long' * 100}\n"
PHONE = {"width": 360, "height": 740}
SCHEMES = ("light", "dark")


def one(text="`dW1` is wrong."):
    name = "model" if "`" in text else text
    document = report(text, name)
    document.checks[1].evidence.location = Location(file="mine.ipynb", cell=1, line=2, file_line=2)
    files = [SourceFile("mine.ipynb", json.dumps(NOTEBOOK).encode()), SourceFile("helper.py", CODE.encode())]
    return html.render(document, "Swap", 75, name, notebook=NOTEBOOK, files=files)


def provisional(text="`dW1` is wrong."):
    """Return the instructor's page of a report with a part that a person has to mark, and with checks that were not run."""
    document = report(text, "model")
    root, waiting = document.checks[1], next(check for check in document.checks if check.status == "skipped")
    evidence = Evidence(waits_for=[root.name])
    others = [waiting.model_copy(update={"name": name, "evidence": evidence}) for name in ("later", "last")]
    entries = [RubricEntry(title=text, points=6, description=text), RubricEntry(title="The limits", points=4)]
    shown = [
        ShownExcerpt(title=text, file=text, cell=1, line=2, is_code=True, text=f"def f():\n    return {text!r}"),
        ShownExcerpt(title="Discussion", file="mine.ipynb", text=f"## Discussion\n\n{text}\n\nשלום"),
    ]
    part = waiting.model_copy(
        update={"name": "text", "score": None, "evidence": Evidence(manual=True, rubric=entries, shown=shown)}
    )
    document = document.model_copy(update={"checks": [root, part, *others], "provisional": True})
    files = [SourceFile("mine.ipynb", json.dumps(NOTEBOOK).encode())]
    return html.render(document, "Swap", 75, text, notebook=NOTEBOOK, files=files, for_instructor=True)


def of_a_class(name="anna", count=12):
    """Return the page of students with 0, 1, 2 ... points; the first student is called ``name``."""
    collected = ClassSummary()
    pupils = []
    for number in range(count):
        score = None if number == 3 else float(number)
        line = row(name if number == 0 else f"ben {number:02}", str(1000 - number), score, checks={"loss": score})
        page = f"instructor/ben_{number:02}.html" if score is not None else None
        own_report = report("it" if name == "anna" else name)  # "anna" is found as a student only
        collected.add(line.name, own_report, score)
        bugs = [FoundBug("sign-flipped", "A sign is flipped")] * (number % 2)
        reason = "It could not be read." * (score is None)
        pupils.append(StudentLine(line, reason, page, bugs, outcomes(own_report, score)))
    return class_page.render(load("single-neuron").content, pupils, collected, [name], "strong")


def similar(name="anna"):
    """Return a pair of copies, and a copy of the solution."""
    source = (ROOT / "tests/copies/independent/s13.py").read_text()
    solution = (ROOT / "assignments/single-neuron/solution.py").read_text()
    cells = [Piece("Cell 1", ""), Piece("Cell 2", f"{source}\nname = {name!r}\n# {HOSTILE}\n")]
    works = [ComparedCode(name, "1", cells), ComparedCode("ben", "2", [Piece("", source)])]
    works.append(ComparedCode("zoe", "3", [Piece("", solution)]))
    return compare(works, [], ComparedCode("Solution", "", [Piece("", solution)]))


def of_similar(name="anna"):
    found = similar(name)
    files, others = (
        [f"copies/{number}.html" for number, _ in enumerate(each)] for each in (found.pairs, found.like_solution)
    )
    return copies_pages.render_list("Swap", found, files, others, {"1": "instructor/anna.html"}, "index.html")


def of_a_pair(name="anna"):
    return copies_pages.render_pair("Swap", similar(name).pairs[0], {"1": "../instructor/anna.html"}, "../copies.html")


PAGES = {"report": one, "provisional": provisional, "class": of_a_class, "copies": of_similar, "pair": of_a_pair}


@pytest.mark.parametrize("make", PAGES.values(), ids=PAGES)
@pytest.mark.parametrize("text", [HOSTILE, QUOTED, "`dW1` is wrong."], ids=["script", "quotes", "plain"])
def test_page_runs_no_script_and_loads_no_resource(opened, make, text):
    tab = opened(make(text))
    tab.page.hover("main")
    assert tab.complaints == []
    assert [url for url in tab.requests if not url.startswith("data:image/png")] == [tab.page.url]
    assert tab.page.evaluate("document.fonts.status") == "loaded"


@pytest.mark.parametrize("make", PAGES.values(), ids=PAGES)
def test_injected_script_is_blocked(opened, make):
    foreign = "<script>document.title = 'run'</script><img src='https://example.org/x.png'>"
    tab = opened(make().replace("</main>", f"{foreign}</main>"))
    assert tab.page.title() != "run"
    assert all("Content Security Policy" in complaint for complaint in tab.complaints) and tab.complaints


@pytest.mark.parametrize("make", PAGES.values(), ids=PAGES)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_page_is_accessible(opened, make, scheme):
    """axe-core checks contrast, headings, names of pictures, tables and languages."""
    axe = pytest.importorskip("axe_playwright_python.base")
    tab = opened(make(), color_scheme=scheme, bypass_csp=True)
    tab.page.evaluate(axe.AXE_FILE_PATH.read_text())
    result = tab.page.evaluate("axe.run()")
    assert [(it["id"], [node["html"][:200] for node in it["nodes"]]) for it in result["violations"]] == []
    assert {"color-contrast", "document-title", "heading-order"} <= {it["id"] for it in result["passes"]}


@pytest.mark.parametrize("make", PAGES.values(), ids=PAGES)
@pytest.mark.parametrize("text", ["x" * 300, "`dW1` is wrong."], ids=["long", "plain"])
def test_page_fits_on_a_phone(opened, make, text):
    tab = opened(make(text), viewport=PHONE)
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_text_in_pictures_is_readable_on_a_phone(opened):
    tab = opened(one(), viewport=PHONE)
    heights = tab.page.eval_on_selector_all(
        "svg.picture text", "all => all.map(one => one.getBBox().height * Math.hypot(one.getCTM().a, one.getCTM().b))"
    )
    assert heights and min(heights) > 9


@pytest.mark.parametrize("scheme", SCHEMES)
def test_colours_follow_the_colour_scheme(opened, scheme):
    tab = opened(one(), color_scheme=scheme)
    page, line = tab.page.evaluate(
        "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.querySelector('svg path.training')).stroke]"
    )
    assert (page, line) == {
        "light": ("rgb(245, 246, 248)", "rgb(31, 95, 191)"),
        "dark": ("rgb(18, 21, 27)", "rgb(131, 180, 255)"),
    }[scheme]


def test_printed_page_is_light(opened):
    tab = opened(one(), color_scheme="dark")
    tab.page.emulate_media(media="print", color_scheme="dark")
    colours = tab.page.evaluate(
        "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
    )
    assert colours == ["rgb(255, 255, 255)", "rgb(27, 31, 39)"]
    assert tab.page.pdf(format="A4").startswith(b"%PDF")


def test_finding_leads_to_its_line_and_back(opened):
    page = opened(one()).page
    page.click("#check-backward a[href^='#cell']")
    assert page.evaluate("document.querySelector(':target').textContent") == "print('<b>')\n"
    page.click(".finding")
    assert page.evaluate("document.querySelector(':target').id") == "check-backward"


def visible(page, selector):
    return page.eval_on_selector(
        selector,
        "one => { const box = one.getBoundingClientRect(); return box.top > -1 && box.top < innerHeight - 20; }",
    )


def test_code_stays_beside_the_checks_on_a_wide_screen(opened):
    code = "\n".join(f"value_{number} = {number}" for number in range(400))
    document = report()
    document.checks[1].evidence.location = Location(file="mine.py", cell=None, line=300, file_line=300)
    text = html.render(document, "Swap", 75, "anna", files=[SourceFile("mine.py", code.encode())])
    page = opened(text, viewport={"width": 1280, "height": 800}).page
    page.click("#check-backward a[href='#line-300']")
    assert visible(page, "#line-300") and visible(page, "#check-backward")
    tab = opened(with_navigation(text, "../index.html", None, None), viewport={"width": 1280, "height": 800})
    page = tab.page
    page.goto(f"{page.url}#check-backward")
    page.wait_for_function("document.querySelector('.submitted').scrollTop > 0")
    assert visible(page, "#line-300") and visible(page, "#check-backward")
    address = page.url.partition("#")[0]
    page.goto("about:blank")
    page.goto(f"{address}#line-300")
    page.wait_for_load_state("load")
    assert visible(page, "#line-300") and visible(page, "#check-backward")
    narrow = opened(text, viewport=PHONE).page
    narrow.click("#check-backward a[href='#line-300']")
    assert visible(narrow, "#line-300")


def test_code_is_copied_without_line_numbers_and_findings(opened):
    page = opened(one()).page
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#cell-1 .code'))")
    assert page.evaluate("getSelection().toString()").rstrip("\n") == "import numpy as np\nprint('<b>')"


def test_original_file_is_downloaded(opened):
    page = opened(one()).page
    with page.expect_download() as download:
        page.click("a[download]")
    assert json.loads(download.value.path().read_bytes()) == NOTEBOOK
    assert download.value.suggested_filename == "mine.ipynb"


def names(page):
    return page.eval_on_selector_all("#students tbody tr:not([hidden]) th", "all => all.map(one => one.textContent)")


def test_class_page_is_searched_by_name_check_and_bug(opened):
    page = opened(of_a_class()).page
    assert (len(names(page)), page.text_content("#count")) == (12, "12 of 12 students")
    page.fill("#search", "ANN")
    assert (names(page), page.text_content("#count")) == (["anna"], "1 of 12 students")
    page.fill("#search", "sign-flipped 07")
    assert names(page) == ["ben 07"]
    page.fill("#search", "")
    assert len(names(page)) == 12


def test_class_page_is_sorted_by_any_column(opened):
    page = opened(of_a_class()).page
    page.click("#students thead button:has-text('Score')")
    assert names(page)[:3] == ["ben 03", "anna", "ben 01"]  # students without a score come first
    page.click("#students thead button:has-text('Score')")
    assert names(page)[0] == "ben 11"
    assert page.get_attribute("#students th:has-text('Score')", "aria-sort") == "descending"
    page.click("#students thead button:has-text('ID')")
    assert names(page)[0] == "ben 11"  # 989 before 1000: sorted as numbers
    assert page.eval_on_selector_all("[aria-sort]", "all => all.length") == 1


def test_many_rows_stay_in_order_when_they_are_sorted_and_searched(opened):
    page = opened(of_a_class(count=120)).page  # more than two groups of rows
    before = names(page)
    assert len(before) == 120
    page.click("#students thead button:has-text('ID')")
    assert names(page) == before[::-1]
    page.fill("#search", "ben 119")
    assert names(page) == ["ben 119"]
    page.click("#students thead button:has-text('ID')")  # also sorts the rows that are not shown
    page.fill("#search", "")
    assert names(page) == before
    assert page.text_content("#count") == "120 of 120 students"


def test_class_page_works_without_scripts(opened):
    page = opened(of_a_class(), java_script_enabled=False).page
    assert page.locator("#students tbody tr").count() == 12
    assert not page.locator("#search").is_visible()
    assert page.get_attribute("#students a:has-text('anna')", "href") == "instructor/ben_00.html"
