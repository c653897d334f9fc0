"""A known-wrong solution is the solution with a small change, or a file."""

from __future__ import annotations

import json

import pytest
import yaml

from grader.assignment import bundled_names, load
from grader.grading.wrong_solutions import named, wrong_solutions
from grader.support.errors import UsageError
from tests.conftest import notebook
from tests.doubling import ASSIGNMENT, RIGHT

pytestmark = pytest.mark.quick

TWICE = {"2 * x": "3 * x"}


@pytest.fixture
def wrong(doubling):
    """Return a function that gives the known-wrong solution with a change of the solution."""

    def run(change, solution=RIGHT, file="solution.py"):
        entries = [{"name": "tripled", "change": change, "fails": "double"}]
        keys = {"known_wrong": entries, "solution": file}
        (doubling / "assignment.yaml").write_text(ASSIGNMENT + yaml.safe_dump(keys))
        (doubling / file).write_text(solution)
        (solution,) = wrong_solutions(load(str(doubling)))
        return solution

    return run


def test_change_replaces_texts_of_the_solution(wrong):
    made = wrong({"2 * x": "3 * x", "sum(x)": "max(x)"})
    assert made.content().decode() == RIGHT.replace("2 * x", "3 * x").replace("sum(x)", "max(x)")
    assert made.submission().files == {"solution.py": made.content()}
    assert (made.name, made.fails, made.bug) == ("tripled", "double", None)


def test_replacements_do_not_see_each_other(wrong):
    made = wrong({"2 * x": "sum(x)", "sum(x)": "2 * x"})
    assert made.content().decode() == "def double(x):\n    return sum(x)\n\ndef total(x):\n    return 2 * x\n"


def test_lines_of_windows_match(wrong):
    assert (
        "3 * x" in wrong({"return 2 * x\n\ndef": "return 3 * x\n\ndef"}, RIGHT.replace("\n", "\r\n")).content().decode()
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"3 * x": "4 * x"}, "tripled: '3 * x' is not in solution.py; copy a text from there, with its spaces."),
        ({"(x)": "(y)"}, "tripled: '(x)' is 3 times in solution.py; add text around it until it occurs once."),
        ({"2 * x": "3 * x", "return 2": "return 4"}, "'return 2' and '2 * x' overlap in solution.py"),
        ({"2 * x": "2 * (x"}, "tripled: the changed source does not compile (solution.py, line 2: '(' was never closed)."),
        ({"    return 2 * x\n": "    pass\nreturn 2 * x\n"}, "does not compile (solution.py, line 3: 'return' outside function)."),
        ({"2 * x": "2 * x"}, "tripled: the change has no effect: only comments or spaces differ from the solution."),
        ({"2 * x": "2*x  # twice"}, "the change has no effect"),
    ],
)  # fmt: skip
def test_change_without_a_wrong_solution_is_refused(wrong, change, message):
    with pytest.raises(UsageError) as caught:
        wrong(change).submission()
    assert message in str(caught.value)


def test_text_that_overlaps_itself_is_not_unique(wrong):
    with pytest.raises(UsageError, match=r"'aa' is 2 times in solution.py"):
        wrong({"aa": "b"}, "aaa = 1\n").content()


def test_change_of_a_notebook_changes_its_cells(wrong):
    first, second = RIGHT.split("\n\n")
    solution = notebook("%matplotlib inline\nz = await f()\n" + first, second)
    made = wrong(TWICE, solution, "solution.ipynb")
    cells = [cell["source"] for cell in json.loads(made.content())["cells"]]
    assert cells == ["%matplotlib inline\nz = await f()\n" + first.replace("2", "3"), second]
    assert made.submission().kind == "notebook"
    with pytest.raises(UsageError, match=r"does not compile \(cell 2, line 2"):
        wrong({"sum(x)": "sum(x"}, solution, "solution.ipynb").submission()
    with pytest.raises(UsageError, match=r"has no effect"):
        wrong({"sum(x)": "sum( x )"}, solution, "solution.ipynb").submission()


@pytest.mark.parametrize("name", bundled_names())
def test_bundled_changes_make_wrong_solutions(name):
    assert len([solution.submission() for solution in wrong_solutions(load(name))]) >= 8


def test_name_is_found_in_another_spelling(doubling):
    entries = (
        "known_wrong:\n- {file: wrong/one_more.py, fails: double}\n- {change: {x: z}, fails: double, bug: chain-cut}\n"
    )
    (doubling / "assignment.yaml").write_text(ASSIGNMENT + entries)
    loaded = load(str(doubling))
    for name in ("wrong/one_more.py", "one_more", "one-more", "One-More.py"):
        assert named(loaded, name).file == "wrong/one_more.py"
    assert named(loaded, "chain-cut").file == "solution.py"
    with pytest.raises(UsageError, match=r"has no known-wrong solution 'one_mor': did you mean 'wrong/one_more.py'\?"):
        named(loaded, "one_mor")
    with pytest.raises(UsageError, match=r"'other': use one of wrong/one_more.py, chain-cut"):
        named(loaded, "other")


def test_missing_list_or_solution_is_an_error(doubling):
    (doubling / "assignment.yaml").write_text(ASSIGNMENT + "known_wrong: wrong.yaml\n")
    with pytest.raises(UsageError, match=r"wrong.yaml is missing. Add it"):
        wrong_solutions(load(str(doubling)))
    (doubling / "wrong.yaml").write_text("- {change: {2 * x: x}, fails: double}\n")
    (doubling / "solution.py").unlink()
    (solution,) = wrong_solutions(load(str(doubling)))
    with pytest.raises(UsageError, match=r"solution.py is missing. Add it"):
        solution.content()
