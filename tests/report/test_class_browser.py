"""Tests of the class page in a real browser: filters, search, addresses, and everything readable at every width."""

from __future__ import annotations

import json
import shutil

import pytest

from grader.assignment import load
from grader.batch import class_page
from grader.batch.student_lines import StudentLine, line_of
from grader.batch.summary import ClassSummary
from grader.report.evidence import ByHand, Evidence, Location
from grader.report.model import CheckResult, Diagnosis
from grader.support import i18n
from tests.batch.rows import row
from tests.conftest import ROOT

from .made import report

WIDTHS = (390, 768, 1024, 1280, 1920)
LONG = "a_very_long_word_" * 12
NAMES = {  # name: statuses of the checks "loss" and "training"
    "Ada Lovelace": ("passed", "passed"),
    "Jörg Müller": ("failed", "skipped"),
    "Nguyễn Văn An": ("partial", "passed"),
    "Łukasz Straße": ("failed", "failed"),
    "李小龙": ("passed", "partial"),
    "Søren Ångström": ("not_gradable", "passed"),
    "מרים כהן": ("timeout", "failed"),
}
POINTS = {"passed": 5.0, "partial": 2.5, "not_gradable": None}


def check(name, status, title="", bug=None, line=12):
    return CheckResult(
        name=name,
        title=title or f"The {name} is right",
        status=status,
        score=POINTS.get(status, 0.0),
        max_score=5,
        message="",
        diagnosis=bug and Diagnosis(bug=bug, title=f"The {bug} of `W1`", where="W1"),
        evidence=Evidence(location=Location(file="net.py", cell=None, line=line, file_line=line)),
    )


def page_of(reports, left_over=(), **other):
    """Return the page of a class from {name: report}; a student without a report handed in nothing."""
    summary, lines = ClassSummary(), []
    for number, (name, own_report) in enumerate(reports.items()):
        if own_report is None:
            absent = row(name, f"{number}", None, status="not_submitted")
            lines.append(StudentLine(absent, "Nothing was handed in."))
            continue
        line = row(name, f"id{number:03}", own_report.score, file=f"week1/{number}/net.py", **other)
        summary.add(name, own_report, own_report.score)
        lines.append(line_of(line, "", f"instructor/s{number}.html", own_report))
    return class_page.render(load("single-neuron").content, lines, summary, left_over, "strong")


def unmarked(name):
    return check(name, "skipped").model_copy(update={"evidence": Evidence(manual=True)})


def taken_out(name):
    evidence = Evidence(by_hand=ByHand(points=None, automatic=0.0, out=True))
    return check(name, "skipped").model_copy(update={"evidence": evidence, "max_score": 0.0})


def with_checks(checks):
    scores = [check.score for check in checks]
    score = None if None in scores else sum(scores)
    return report().model_copy(update={"checks": checks, "score": score})


def small_class():
    """Return the page of ``NAMES`` and a student who handed in nothing; failed checks have the bug ``sign-flipped``."""
    reports = {}
    for name, (loss, training) in NAMES.items():
        bug = "sign-flipped" if loss in ("failed", "timeout") else None
        other = "axis-swapped" if training == "failed" else None
        reports[name] = with_checks([check("loss", loss, bug=bug), check("training", training, bug=other, line=30)])
    return page_of(reports | {"Zoë Absent": None})


def names(page):
    return page.eval_on_selector_all("#students tbody th", "all => all.map(one => one.textContent)")


def address(page):
    return page.evaluate("location.hash")


@pytest.fixture
def page(opened):
    tab = opened(small_class(), viewport={"width": 1280, "height": 900})
    yield tab.page
    assert tab.complaints == []


def choose(page, address):
    page.click(f'a.by[href="#{address}"]', timeout=5000)


def remove(page, label):
    page.click(f'#chips a[aria-label="Remove the filter: {label}"]', timeout=5000)


FAILED = ["Jörg Müller", "Łukasz Straße", "מרים כהן"]


def test_numbers_of_a_check_show_the_students_that_they_count(page):
    for part, expected in {
        "check=loss:passed": ["Ada Lovelace", "李小龙"],
        "check=loss:partial": ["Nguyễn Văn An"],
        "check=loss:failed": FAILED,
        "check=training:not_reached": ["Jörg Müller"],
        "check=loss:not_gradable": ["Søren Ångström"],
        "check=training": ["Jörg Müller", "Łukasz Straße", "李小龙", "מרים כהן"],
    }.items():
        page.goto(f"{page.url.split('#')[0]}#")
        choose(page, part)
        assert names(page) == expected, part
        assert f"{len(expected)} of 8" in page.text_content("#count")


def test_status_and_bar_show_their_students(page):
    choose(page, "status=not_submitted")
    assert (names(page), address(page)) == (["Zoë Absent"], "#status=not_submitted")
    choose(page, "score=0-1")  # nobody has both
    assert (names(page), page.text_content("#count")) == ([], "0 of 8 students")
    remove(page, "Not handed in")
    assert names(page) == FAILED


def test_everybody_with_a_bug_is_one_click_away_and_the_line_another(page):
    choose(page, "bug=sign-flipped")
    assert names(page) == FAILED
    assert page.text_content("#count") == "3 of 8 students"
    assert page.evaluate("document.activeElement.id") == "students-title"
    row_of_joerg = page.locator("#students tbody tr", has_text="Jörg Müller")
    assert "net.py, line 12" in row_of_joerg.text_content()
    link = row_of_joerg.get_by_role("link", name="sign-flipped")
    assert (
        link.get_attribute("href") == "instructor/s1.html#file-net.py-line-12"
    )  # the report names another graded file


def test_filters_combine_or_replace_each_other_and_are_removed(page):
    choose(page, "bug=sign-flipped")
    choose(page, "check=training:failed")
    assert names(page) == ["Łukasz Straße", "מרים כהן"]
    choose(page, "check=training:not_reached")  # a student has one outcome, so this one replaces the other
    assert names(page) == ["Jörg Müller"]
    chips = page.locator("#chips a")
    assert chips.all_text_contents() == ["Bug: The sign-flipped of W1", "training: Not reached", "Show all students"]
    remove(page, "training: Not reached")
    assert names(page) == FAILED
    choose(page, "bug=sign-flipped")  # again
    assert len(names(page)) == 8 and not chips.count() and address(page) == ""


def test_chosen_links_are_marked(page):
    choose(page, "check=loss:failed")
    assert page.locator("[aria-current]").evaluate_all("all => all.map(one => one.ariaLabel)") == [
        "loss: Not passed: 3"
    ]


def test_filters_are_in_the_address_and_survive_reload_and_back(page):
    choose(page, "check=loss:failed")
    choose(page, "bug=axis-swapped")
    page.fill("#search", "straße")
    page.wait_for_url("**search=*", timeout=5000)
    assert address(page) == "#check=loss:failed&bug=axis-swapped&search=stra%C3%9Fe"
    page.reload()
    assert names(page) == ["Łukasz Straße"] and page.input_value("#search") == "straße"
    page.go_back()
    assert address(page) == "#check=loss:failed" and names(page) == FAILED and page.input_value("#search") == ""
    page.goto("about:blank")
    page.go_back()
    assert names(page) == FAILED


def test_address_of_a_bug_that_nobody_has_any_more_shows_nobody(page):
    page.goto(f"{page.url}#bug=gone%20bug&unknown")
    assert names(page) == []
    assert page.locator("#chips a").all_text_contents() == ["bug=gone bug"]


def test_order_of_the_rows_is_in_the_address(page):
    page.click("#students thead button:has-text('Score')")
    page.click("#students thead button:has-text('Score')")
    assert address(page) == "#sort=-score" and names(page)[0] == "Ada Lovelace"
    choose(page, "check=loss:failed")
    assert address(page) == "#check=loss:failed&sort=-score"
    page.reload()
    assert names(page)[0] == "Jörg Müller" or names(page) == FAILED
    assert page.get_attribute("#students th:has-text('Score')", "aria-sort") == "descending"


def test_parts_that_a_person_marks_have_filters(opened):
    reports = {
        "Ada": with_checks([check("loss", "passed"), unmarked("essay")]),
        "Ben": with_checks([taken_out("loss"), check("essay", "passed")]),
    }
    page = opened(page_of(reports, by_hand="loss: taken out", provisional=True)).page
    for part, expected in {"check=essay:unmarked": ["Ada"], "check=loss:taken_out": ["Ben"]}.items():
        page.goto(f"{page.url.split('#')[0]}#")
        choose(page, part)
        assert names(page) == expected
    page.goto(f"{page.url.split('#')[0]}#")
    choose(page, "provisional=yes")
    choose(page, "hand=yes")
    assert names(page) == ["Ada", "Ben"] and "so far" in page.text_content("#students")


def test_sections_are_filters(opened):
    first, second = (row(name, name, section=section) for name, section in (("Ada", "Mo 10–12"), ("Ben", "Übung & Co")))
    page = opened(
        class_page.render(
            load("single-neuron").content, [StudentLine(first), StudentLine(second)], ClassSummary(), [], "strong"
        )
    ).page
    page.click(".sections a >> nth=1")
    assert names(page) == ["Ben"] and address(page) == "#section=%C3%9Cbung%20%26%20Co"
    page.click(".sections a >> nth=0")
    assert names(page) == ["Ada"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("muller", ["Jörg Müller"]),
        ("MUELLER jorg", ["Jörg Müller"]),
        ("Müller", ["Jörg Müller"]),
        ("an nguyen", ["Nguyễn Văn An"]),
        ("strasse", ["Łukasz Straße"]),
        ("STRASSE lukasz", ["Łukasz Straße"]),
        ("soren angstrom", ["Søren Ångström"]),
        ("Soeren", ["Søren Ångström"]),
        ("小龙", ["李小龙"]),
        ("כהן", ["מרים כהן"]),
        ("id003", ["Łukasz Straße"]),
        ("week1/4/net", ["李小龙"]),
        ("sign-flipped", FAILED),
        ("of w1 sign", FAILED),  # the title of a bug
        ("loss is right", ["Jörg Müller", "Nguyễn Văn An", "Łukasz Straße", "מרים כהן"]),  # of a check
        ("not reached", ["Jörg Müller"]),
        ("handed in nothing", ["Zoë Absent"]),
        ("zoe", ["Zoë Absent"]),
        ("nobody", []),
    ],
)
def test_search_finds_names_without_accents_titles_ids_and_files(page, words, expected):
    page.fill("#search", words)
    assert names(page) == expected


@pytest.mark.parametrize("normal_form", ["NFC", "NFD"])
def test_search_finds_both_normal_forms_of_a_name(opened, normal_form):
    import unicodedata

    page = opened(
        page_of({unicodedata.normalize(normal_form, "Jürgen Über"): with_checks([check("loss", "passed")])})
    ).page
    for words in ("jurgen", "juergen", "jürgen", unicodedata.normalize("NFD", "jürgen"), "ueber"):
        page.fill("#search", words)
        assert len(names(page)) == 1, words


def test_words_count_before_they_are_in_the_address(page):
    page.fill("#search", "lukasz")
    choose(page, "check=loss:failed")
    assert names(page) == ["Łukasz Straße"] and address(page) == "#check=loss:failed&search=lukasz"
    page.go_back()
    assert address(page) == "#search=lukasz" and page.input_value("#search") == "lukasz"


def test_fast_typing_breaks_nothing(page):
    page.locator("#search").press_sequentially("lukasz " * 40)
    page.wait_for_url("**search=*", timeout=5000)
    assert names(page) == ["Łukasz Straße"]


def test_list_is_kept_for_the_pages_of_the_students(page):
    choose(page, "check=loss:failed")
    page.click("#students thead button:has-text('Student')")
    page.click("#students thead button:has-text('Student')")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
    own_address = page.url.split("#")[0]
    stored = json.loads(page.evaluate("(key) => sessionStorage.getItem(key)", f"grader.class {own_address}"))
    assert stored["address"] == "#check=loss:failed&sort=-name"
    assert stored["students"] == [
        ["instructor/s6.html", "מרים כהן"],
        ["instructor/s3.html", "Łukasz Straße"],
        ["instructor/s1.html", "Jörg Müller"],
    ]


def test_links_filter_without_scripts(opened):
    page = opened(small_class(), java_script_enabled=False).page
    url = page.url
    shown = page.locator("#students tbody tr:visible th")
    assert shown.count() == 8
    for part, expected in {
        "check=loss:failed": FAILED,
        "check=loss:passed": ["Ada Lovelace", "李小龙"],
        "bug=axis-swapped": FAILED[1:],
        "status=not_submitted": ["Zoë Absent"],
    }.items():
        page.click(f'a[href="#{part}"]')
        assert page.url == f"{url}#{part}"
        assert shown.all_text_contents() == expected
        visible = page.locator(".filter:visible")
        assert visible.count() == 1 and f"{len(expected)} of 8 students" in visible.text_content()
    page.click(".filter:visible a")
    assert shown.count() == 8


def large_class(count=60, checks=40):
    """Return a page on which every text is long."""
    reports = {}
    for number in range(count):
        results = [
            check(
                f"check-{index}-{LONG}" if index == 3 else f"check-with-a-name-{index}",
                ("passed", "partial", "failed", "skipped")[(number + index) % 4],
                f"The title of check {index} {'with many words ' * 6}" + LONG * (index == 3),
                f"bug-{index}-{LONG}" if index % 9 == 3 and (number + index) % 4 == 2 else None,
            )
            for index in range(checks)
        ]
        reports[f"{LONG * (number == 1)}Student With Several Names {number}"] = with_checks(results)
    return page_of(
        reports, left_over=[LONG], late="2 days late and " + LONG, by_hand=LONG, provisional=True, section=LONG
    )


@pytest.fixture(scope="module")
def large_pages():
    """Return the page in two languages, with all rows laid out, so that they can be measured."""
    pages = {}
    for language in ("en", "de"):
        with i18n.use(language):
            pages[language] = large_class().replace("content-visibility: auto", "content-visibility: visible")
    return pages


CLIPPED = """() => [...document.querySelectorAll("main *")].filter((one) => {
  if (one.closest(".filter, script, style, .track") || !one.textContent.trim()) return false;
  const box = one.getBoundingClientRect();
  if (!box.width) return false;
  return box.left < -1 || box.right > innerWidth + 1 || one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== "inline";
}).map((one) => one.outerHTML.slice(0, 200))"""


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["en", "de"])
def test_nothing_is_cut_off(opened, large_pages, width, language):
    page = opened(large_pages[language], viewport={"width": width, "height": 900}).page
    assert page.evaluate(CLIPPED) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_filtered_page_is_accessible(opened, width, scheme):
    axe = pytest.importorskip("axe_playwright_python.base")
    tab = opened(small_class(), viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    choose(tab.page, "check=loss:failed")
    choose(tab.page, "bug=axis-swapped")
    tab.page.evaluate(axe.AXE_FILE_PATH.read_text())
    result = tab.page.evaluate("axe.run()")
    assert [(it["id"], [node["html"][:200] for node in it["nodes"]]) for it in result["violations"]] == []


def test_filters_are_chosen_with_the_keyboard(page):
    page.focus("#search")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.classList.contains('by')")
    page.keyboard.press("Enter")
    assert "of 8 students" in page.text_content("#count[role=status]") and page.locator("#chips a").count() == 1
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the filter's own link, which removes it
    assert len(names(page)) == 8


def test_printed_page_has_everything_and_names_its_filters(opened, large_pages):
    page = opened(large_pages["en"]).page
    choose(page, "check=check-with-a-name-0:failed")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 718, "height": 1000})  # A4
    assert page.evaluate(CLIPPED) == []
    assert page.locator("#chips a").is_visible() and not page.locator("#search").is_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_two_clicks_lead_from_the_class_to_the_line_of_a_bug_and_one_back(browser, grader, tmp_path):
    examples, class_folder = ROOT / "examples" / "single-neuron", tmp_path / "class"
    class_folder.mkdir()
    shutil.copy(examples / "correct.ipynb", class_folder / "Ada.ipynb")
    for name in ("Ämilie Çelik", "Ben"):
        shutil.copy(examples / "wrong.py", class_folder / f"{name}.py")
    grader("grade", "single-neuron", class_folder, "--out", tmp_path / "out", "--jobs", 1, "--isolation", "none")
    context = browser.new_context()
    page = context.new_page()
    page.goto((tmp_path / "out" / "index.html").as_uri())
    page.click(".bugs a.by")
    first, second = names(page)
    assert {first, second} == {"Ben", "Ämilie Çelik"}
    page.locator("#students tbody td a").first.click()
    assert page.locator(":target").count() == 1 and page.evaluate("location.hash").startswith("#line-")
    assert first in page.title()
    page.click("#following")
    assert second in page.title()
    page.click("#overview")
    assert address(page).startswith("#bug=") and names(page) == [first, second]
    assert page.evaluate("document.activeElement.textContent") == second  # the student whose page was open
    context.close()
