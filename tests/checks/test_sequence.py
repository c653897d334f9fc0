"""``sequence``: objects return the same values as the reference's, call after call."""

from __future__ import annotations

import pytest

from tests.assignment import counter
from tests.conftest import ROOT

CLASS = counter.REFERENCE


@pytest.fixture
def checked(graded, tmp_path):
    """Return a function that grades a source, and returns the results by name."""

    def run(source, content=counter.CONTENT):
        (tmp_path / "own").mkdir(exist_ok=True)
        (tmp_path / "own" / "reference.py").write_text(counter.REFERENCE)
        return {check.name: check for check in graded(content, source).checks}

    return run


def bug(check):
    return check.diagnosis.bug if check.diagnosis else None


def test_same_values_after_each_call_pass(checked):
    assert {check.status for check in checked(CLASS).values()} == {"passed"}


def test_state_of_the_class_is_named(checked):
    source = CLASS.replace(
        "self.total = self.total + number\n        return self.total",
        "Counter.sum += number\n        return Counter.sum",
    )
    source = source.replace("self.total = self.start\n", "Counter.sum = self.start\n")
    source = source.replace("self.total = self.start = start", "self.start = start\n        Counter.sum = start")
    results = checked(source)
    assert results["sum"].status == "passed"
    assert (results["two"].status, bug(results["two"])) == ("failed", "state-shared")


def test_state_that_an_earlier_check_has_left_does_not_count(checked):
    source = """\
class Counter:
    total = None
    def __init__(self, start):
        self.start = start
    def add(self, number):
        Counter.total = number + (self.start if Counter.total is None else Counter.total)
        return Counter.total
    def reset(self):
        Counter.total = None
"""
    results = checked(source)
    assert results["sum"].status == "passed"
    assert bug(results["two"]) == "state-shared"


def test_reset_without_effect_is_named(checked):
    results = checked(CLASS.replace("        self.total = self.start\n", "        total = self.start\n"))
    assert (results["sum"].status, bug(results["sum"])) == ("failed", "state-not-reset")
    assert results["two"].status == "passed"


def test_state_that_is_not_kept_is_named(checked):
    results = checked(
        CLASS.replace(
            "        self.total = self.total + number\n        return self.total", "        return self.total + number"
        )
    )
    assert bug(results["sum"]) == bug(results["two"]) == "state-not-kept"


def test_wrong_formula_is_named_and_costs_one_check(checked):
    results = checked(CLASS.replace("self.total + number", "self.total - number"))
    assert results["sum"].status == "failed"
    assert bug(results["sum"]) is not None
    assert results["two"].status == "passed"
    assert "your own `Counter`: a mistake counts once" in results["two"].message


def test_argument_that_is_changed_in_place_fails(checked):
    source = CLASS.replace(
        "self.total = self.total + number", "number += self.total\n        self.total = number.copy()"
    )
    results = checked(source)
    assert bug(results["sum"]) == "argument-changed-in-place"
    allowed = checked(source, counter.CONTENT.replace("points: 1}", "points: 1, may_change_arguments: true}"))
    assert allowed["sum"].status == "passed"


def test_example_of_the_documentation_is_an_assignment(graded, tmp_path):
    guide = (ROOT / "docs" / "authoring-checks.md").read_text()
    content = "name: running-mean" + guide.partition("name: running-mean")[2].partition("```")[0]
    assert "like: Mean" in content
    classes = """\
class Mean:
    def __init__(self, share=0): self.share, self.mean = share, 0
    def add(self, number):
        self.mean = self.share * self.mean + (1 - self.share) * number
        return self.mean
    def reset(self): self.mean = 0
class Sum(Mean):
    def add(self, number):
        self.mean = self.mean + number
        return self.mean
"""
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "reference.py").write_text(classes)
    assert graded(content, classes).score == 10


OTHER_STYLES = {
    "abstract base class": """\
from abc import ABC, abstractmethod
class Base(ABC):
    def __init__(self, start): self.start = self.total = start
    @abstractmethod
    def add(self, number): ...
    def reset(self): self.total = self.start
class Counter(Base):
    def add(self, number):
        self.total = self.total + number
        return self.total
""",
    "data class": """\
from dataclasses import dataclass
@dataclass
class Sum:
    begin: float
    def __post_init__(self): self.reset()
    def plus(self, x):
        self.total = self.total + x
        return self.total
    def reset(self): self.total = self.begin
""",
    "factory": """\
class _Adder:
    def add(self, number):
        self.total = self.total + number
        return self.total
    def reset(self): self.total = self.start
def Counter(start):
    made = _Adder()
    made.start = made.total = start
    return made
""",
    "list of all numbers": """\
class Counter:
    def __init__(self, start, *, verbose=False): self.numbers = [start]
    def add(self, number):
        self.numbers.append(number)
        return sum(self.numbers)
    def reset(self): del self.numbers[1:]
""",
}


@pytest.mark.parametrize("style", OTHER_STYLES)
def test_other_styles_pass(checked, style):
    assert {check.status for check in checked(OTHER_STYLES[style]).values()} == {"passed"}


ENDINGS = {
    "missing": ("def add(number):\n    return number\n", "failed", "The class `Counter(start)` is missing"),
    "method missing": (CLASS.replace("def add", "def multiply"), "failed", "has no method `add(number)`"),
    "raises": (CLASS.replace("return self.total", "return 1 / 0"), "error", "`Counter.add` stopped at line 7"),
    "abstract": (
        "from abc import ABC, abstractmethod\nclass Counter(ABC):\n    def __init__(self, start): pass\n"
        "    @abstractmethod\n    def add(self, number): ...\n    def reset(self): pass\n",
        "error",
        "abstract",
    ),
    "returns nothing": (CLASS.replace("return self.total", "pass"), "failed", "total1"),
    "returns an object": (CLASS.replace("return self.total", "return self"), "failed", "total1"),
    "never ends": (CLASS.replace("return self.total", "while True: pass"), "timeout", "`Counter.add`"),
    "ends the worker": ("import os\n" + CLASS.replace("return self.total", "os._exit(0)"), "crashed", "`Counter.add`"),
    "metaclass that lies": (
        "class Meta(type):\n    def __call__(cls, *a, **k): return 3\n"
        + CLASS.replace("class Counter", "class Counter(metaclass=Meta)"),
        "error",
        "`Counter.add`",
    ),
    "array that lies": (
        "class Liar:\n    def __array__(self, *a, **k): raise SystemExit\n"
        + CLASS.replace("return self.total", "return Liar()"),
        "error",
        "SystemExit",
    ),
    "handle in an answer": (CLASS.replace("return self.total", "return ['kept', 'object 1']"), "failed", "total1"),
}


@pytest.mark.table
@pytest.mark.parametrize("ending", ENDINGS)
def test_every_ending_is_a_known_one(checked, ending):
    source, status, text = ENDINGS[ending]
    content = counter.CONTENT.replace("probes:\n", "limits: {call_seconds: 1}\nprobes:\n", 1)
    result = checked(source, content)["sum"]
    assert (result.status, text in result.message) == (status, True), result.message
