"""The list says in words how strong the evidence is, what is shared and what was taken away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.copies import wording
from grader.copies.comparing import compare
from tests.copies import disguise
from tests.copies.disguise import FUNCTIONS, module


@pytest.fixture(scope="module")
def comparison(independent, starters, solution):
    source = independent[12].pieces[0].text
    return compare([*independent, module("copy", disguise.renamed(source, FUNCTIONS))], starters, solution)


def test_reasons_name_the_share_the_rare_statements_and_the_other_names(comparison):
    reasons = wording.reasons(comparison.pairs[0])
    assert reasons[0] == "100 % of the shorter code is also in the other, apart from names, comments and layout."
    assert "are in no other submission" in reasons[1]
    assert "`w` / `thing_3`" in reasons[2]


def test_same_names_and_comments_are_said(comparison):
    pair = comparison.pairs[0]
    same = replace(
        pair, passages=[replace(each, second=each.first) for each in pair.passages], comments=("one for all",)
    )
    assert wording.reasons(same)[2:] == [
        "All names in the shared code are the same, too.",
        "Only these two contain the comments “one for all”.",
    ]


def test_strength_is_a_word(comparison):
    words = [wording.strength(replace(comparison.pairs[0], evidence=evidence)) for evidence in (0, 10, 40)]
    assert words == ["moderate", "strong", "very strong"]


def test_sentences_say_what_was_taken_away(comparison):
    text = " ".join(wording.taken_away(replace(comparison, common_functions=1)))
    assert "21 submissions were compared" in text
    assert "the starter" in text
    assert "one function that at least a third of the class has" in text
