"""Independent solutions are not listed; copies are, however they are disguised."""

from __future__ import annotations

import random

import pytest

from grader.copies.compared_code import ComparedCode, Piece
from grader.copies.comparing import compare
from tests.copies import disguise
from tests.copies.disguise import FUNCTIONS, module

SAMPLES = 40  # smaller classes, drawn from the twenty
DISGUISES = {
    "renamed": lambda source: [Piece("", disguise.renamed(source, FUNCTIONS))],
    "renamed with the functions of the task": lambda source: [Piece("", disguise.renamed(source, ()))],
    "reordered": lambda source: [Piece("", disguise.reordered(disguise.renamed(source, FUNCTIONS)))],
    "commented": lambda source: [Piece("", disguise.commented(disguise.renamed(source, FUNCTIONS)))],
    "in cells": lambda source: disguise.in_cells(disguise.reordered(disguise.renamed(source, FUNCTIONS))),
}


def names(pair):
    return {pair.first.name, pair.second.name}


def test_independent_solutions_are_not_listed(independent, starters, solution):
    comparison = compare(independent, starters, solution)
    assert len(independent) == comparison.compared == 20
    assert [*map(names, comparison.pairs)] == []
    assert comparison.identical == comparison.like_solution == []


@pytest.mark.parametrize("count", [2, 3, 5, 10])
def test_independent_solutions_of_a_small_class_are_not_listed(independent, starters, solution, count):
    draw = random.Random(count)
    for _sample in range(SAMPLES):
        comparison = compare(draw.sample(independent, count), starters, solution)
        assert [*map(names, comparison.pairs)] == []
        assert comparison.like_solution == []


@pytest.mark.parametrize("hide", DISGUISES.values(), ids=DISGUISES)
@pytest.mark.parametrize("number", range(20))
def test_copy_is_listed_and_nobody_else(independent, starters, solution, number, hide):
    original = independent[number]
    copy = ComparedCode("copy", "copy", hide(original.pieces[0].text))
    comparison = compare([*independent, copy], starters, solution)
    assert [*map(names, comparison.pairs)] == [{original.name, "copy"}]
    assert comparison.pairs[0].share >= 0.9
    assert comparison.identical == []


@pytest.mark.parametrize("number", range(20))
def test_copy_in_a_class_of_two_is_listed(independent, starters, solution, number):
    original = independent[number]
    copy = module("copy", disguise.renamed(original.pieces[0].text, FUNCTIONS))
    assert len(compare([original, copy], starters, solution).pairs) == 1


def test_copy_in_a_part_of_a_longer_work_is_listed(independent, starters, solution):
    copied = independent[4].pieces[0].text  # with a class of its own
    experiments = "\ntotal = 0\nfor value in range(7):\n    total += value ** 3\n" * 4
    longer = module("longer", disguise.renamed(copied, FUNCTIONS) + experiments)
    comparison = compare([*independent, longer], starters, solution)
    assert [*map(names, comparison.pairs)] == [{"longer", independent[4].name}]


@pytest.mark.parametrize(
    "same",
    [
        lambda source: [Piece("", source.replace("\n\n", "\n\n\n"))],
        lambda source: [Piece("", "\n".join(f"{line}  " for line in source.splitlines()))],
        lambda source: [Piece(f"Cell {number}", text) for number, text in enumerate(source.split("\n\n"), start=1)],
    ],
    ids=["empty lines", "spaces at the ends of lines", "cells"],
)
def test_file_with_the_same_text_is_identical(independent, starters, solution, same):
    copy = ComparedCode("copy", "copy", same(independent[0].pieces[0].text))
    comparison = compare([*independent, copy], starters, solution)
    assert [[work.name for work in group] for group in comparison.identical] == [[independent[0].name, "copy"]]
    assert comparison.pairs == []


def test_unchanged_starters_are_no_copies(independent, starters, solution):
    empty = [module(name, starters[0].pieces[0].text) for name in ("first", "second", "third")]
    comparison = compare([*independent, *empty], starters, solution)
    assert comparison.identical == comparison.pairs == []
    assert {work.name for work in comparison.empty} >= {"first"}


def test_copies_of_the_solution_are_listed_apart(independent, starters, solution):
    copy = module("copy", disguise.reordered(disguise.renamed(solution.pieces[0].text, FUNCTIONS)))
    comparison = compare([*independent, copy], starters, solution)
    assert comparison.pairs == []
    assert [pair.first.name for pair in comparison.like_solution] == ["copy"]


def test_copies_of_one_code_are_all_listed(independent, starters, solution):
    copies = [
        module(f"copy {number}", disguise.renamed(independent[0].pieces[0].text, FUNCTIONS) + "\n" * number)
        for number in range(4)
    ]
    copies = [module(work.name, work.pieces[0].text.replace("thing_", f"own_{work.name[-1]}_")) for work in copies]
    comparison = compare([*independent, *copies], starters, solution)
    assert len(comparison.pairs) == 10  # each of the five with each other


def test_two_copies_of_the_solution_in_a_small_class_are_listed(independent, starters, solution):
    copies = [
        module(name, disguise.renamed(solution.pieces[0].text, kept))
        for name, kept in (("one", ()), ("two", FUNCTIONS))
    ]
    comparison = compare([*independent[:3], *copies], starters, solution)
    assert {pair.first.name for pair in comparison.like_solution} == {"one", "two"}
    assert len(comparison.pairs) == 1


def test_function_that_a_third_of_the_class_has_does_not_count(independent, starters, solution):
    helper = (
        "\n\ndef plot_curve(values, title):\n    import matplotlib.pyplot as plt\n    figure, axes = plt.subplots(figsize=(7, 3))\n"
        "    axes.semilogy(values, linestyle='--', color='tab:red')\n    axes.set(title=title, xlabel='epoch', ylim=(1e-4, 10))\n"
        "    figure.savefig(title.lower().replace(' ', '_') + '.png', dpi=240)\n    return values.index(min(values[5:])) + 5\n"
    ) * 4
    works = [
        module(work.name, work.pieces[0].text + (helper if number < 8 else ""))
        for number, work in enumerate(independent)
    ]
    comparison = compare(works, starters, solution)
    assert comparison.pairs == []
    assert comparison.common_functions > compare(independent, starters, solution).common_functions


def test_identical_mistake_in_a_rare_function_counts(independent, starters, solution):
    wrong = [work.pieces[0].text.replace("1 - ", "2 - ") for work in (independent[12], independent[12])]
    copies = [module("one", wrong[0]), module("other", disguise.renamed(wrong[1], FUNCTIONS))]
    comparison = compare([*independent[:12], *independent[13:], *copies], starters, solution)
    assert [*map(names, comparison.pairs)] == [{"one", "other"}]


def test_comment_of_only_two_adds_evidence(independent, starters, solution):
    remark = "# the minus of the derivative cancels with the minus of the update here\n"
    plain = [
        module("one", independent[0].pieces[0].text),
        module("other", disguise.renamed(independent[0].pieces[0].text, ())),
    ]
    with_remark = [module(work.name, remark + work.pieces[0].text) for work in plain]
    before, after = (compare([*independent[1:], *works], starters, solution).pairs[0] for works in (plain, with_remark))
    assert after.evidence > before.evidence
    assert after.comments == ["the minus of the derivative cancels with the minus of the update here"]


def test_code_that_does_not_parse_is_compared_by_its_text(independent, starters, solution):
    broken = [module(name, "def sigmoid(z:\n    return 1\n") for name in ("one", "other")]
    comparison = compare([*independent, *broken], starters, solution)
    assert [[work.name for work in group] for group in comparison.identical] == [["one", "other"]]


def test_class_without_code_has_an_empty_list(starters):
    comparison = compare([], starters, None)
    assert (comparison.compared, comparison.pairs, comparison.identical) == (0, [], [])
