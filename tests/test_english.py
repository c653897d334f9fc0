"""tools/english.py: the project's prose is plain English, its spelling British, and its names are nouns."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import english

MAX_RATE = 6  # places in 10,000 words; well-written projects have about 4, since a pattern is sometimes right
SEVERE = {pattern.name for pattern in english.PATTERNS if pattern.severe}


@pytest.fixture(scope="module")
def survey():
    return english.survey()


def listed(places):
    return "\n".join(map(str, places))


def test_odd_constructions_are_rare(survey):
    assert survey.words > 80_000
    assert survey.rate <= MAX_RATE, listed(survey.places)


def test_worst_constructions_do_not_occur(survey):
    severe = [place for place in survey.places if place.pattern in SEVERE]
    assert severe == [], listed(severe)


def test_spelling_is_british(survey):
    assert survey.american == [], listed(survey.american)


def test_no_variable_has_a_bare_participle_as_its_name():
    places = english.participles()
    assert places == [], listed(places)


def test_no_two_modules_define_a_class_of_the_same_name():
    assert english.ambiguous_classes() == {}


@pytest.mark.parametrize("pattern", english.PATTERNS, ids=lambda pattern: pattern.name)
def test_pattern_finds_its_example(pattern):
    assert pattern.expression.search(pattern.example)
    assert not any(other.expression.search(pattern.better) for other in english.PATTERNS)


@pytest.mark.parametrize(
    "sentence",
    [
        "See who is next.",
        "They ask who wrote it.",
        "It is no better than random.",
        "It stands for a stand-in.",
        "It is no longer used.",
    ],
)
def test_ordinary_sentence_has_no_pattern(sentence):
    assert not any(pattern.expression.search(sentence) for pattern in english.PATTERNS)


CODE = '''"""A docstring, whose second
line is prose too."""
TEXT = """not prose"""
# A comment
# of two lines.
URL = "#none"  # a trailing one

def f():
    """Another
    docstring."""
'''


def test_prose_of_code_is_its_docstrings_and_comments():
    passages = [(passage.line, " ".join(passage.text.split())) for passage in english.prose(Path("x.py"), CODE)]
    assert sorted(passages) == [
        (1, "A docstring, whose second line is prose too."),
        (4, "A comment of two lines. a trailing one"),
        (9, "Another docstring."),
    ]


def test_code_in_a_sentence_is_not_prose():
    assert english.readable("Use `normalize=True`,\nor not.") == "Use ````````````````, or not."


@pytest.mark.parametrize(
    ("text", "count"),
    [("Colors are normalized.", 2), ("`normalize=` and numpy.normalize() are names", 0), ("a colour", 0)],
)
def test_american_spelling_is_found_in_prose(text, count):
    assert len(english.AMERICAN.findall(english.readable(text))) == count
