"""Lists show the exercises by chapter, in the order of a course."""

from __future__ import annotations

import pytest

from grader.assignment import bundled_names, chapters
from grader.support import i18n


def test_bundled_exercises_are_in_the_order_of_their_chapters():
    names = [assignment.name for assignment in chapters.bundled()]
    assert sorted(names) == bundled_names()
    assert names.index("cifar-grayscale") < names.index("single-neuron") < names.index("clothing-mlp")


def test_bundled_exercises_state_chapter_slides_and_time():
    contents = [assignment.content for assignment in chapters.bundled()]
    assert [content.name for content in contents if not (content.chapter and content.deck and content.minutes)] == []


def test_slides_of_one_lecture_have_one_name():
    assert {assignment.content.deck for assignment in chapters.bundled()} <= {
        "Machine Learning Basics",
        "Introduction to Deep Learning",
        "Advanced Machine Learning and Data Analysis",
        "Deep Neural Networks",
        "ML Fundamentals",
    }


def test_each_chapter_has_a_number_of_its_own():
    titles = {assignment.content.chapter for assignment in chapters.bundled()}
    numbers = [title.split(". ")[0] for title in titles]
    assert all(number.isdigit() for number in numbers)
    assert len({*numbers}) == len(titles)


def test_exercises_without_a_chapter_come_last():
    items = ["other", "1. First", "2. Second", "1. First"]
    assert chapters.grouped(items, lambda item: "" if item == "other" else item) == [
        ("1. First", ["1. First", "1. First"]),
        ("2. Second", ["2. Second"]),
        ("", ["other"]),
    ]


@pytest.mark.parametrize(
    ("chapter", "number"), [("2. Gradient descent", 2), ("10. Images", 10), ("10", 10), ("Images", None), ("", None)]
)
def test_number_of_a_chapter_is_at_its_beginning(chapter, number):
    assert (chapters._number(chapter) == number) == (number is not None)


def test_facts_are_short_texts():
    content = next(item.content for item in chapters.bundled() if item.name == "single-neuron")
    assert chapters.facts(content) == ("60 min", "100 points", "Introduction to Deep Learning")
    without = content.model_copy(update={"minutes": None, "deck": ""})
    assert chapters.facts(without) == ("", "100 points", "")
    with i18n.use("de"):
        assert chapters.facts(without)[1].startswith("100 ")
