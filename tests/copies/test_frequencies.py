"""What few have surprises, what many have does not."""

from __future__ import annotations

import itertools

from grader.copies.frequencies import Frequencies
from grader.copies.passages import shared_passages
from tests.copies.disguise import module

COMMON = "def f(a):\n    return a * (1 - a)\n"
RARE = "def g(a):\n    return a - a ** 2 / 3\n"


def bits(frequencies, statements):
    """Return the surprise of statements that two works share which are not counted otherwise."""
    return frequencies.surprise([statements], module("x", "x = 1\n"), module("y", "y = 2\n"))


def surprise(frequencies, source):
    return bits(frequencies, module("x", source).blocks[0])


def test_rare_code_surprises_more_than_common_code():
    works = [module(f"student {number}", COMMON + RARE * (number < 2)) for number in range(12)]
    frequencies = Frequencies(works)
    assert surprise(frequencies, RARE) > 3 * surprise(frequencies, COMMON) > 0


def test_longer_code_surprises_more_in_a_class_of_two():
    works = [module("a", COMMON + RARE), module("b", COMMON + RARE)]
    frequencies = Frequencies(works)
    assert (
        surprise(frequencies, "def h(a):\n    return a\n") < surprise(frequencies, COMMON) < surprise(frequencies, RARE)
    )


def test_starter_surprises_nobody():
    frequencies = Frequencies([module("a", COMMON), module("b", COMMON)], [module("starter", COMMON)])
    assert surprise(frequencies, COMMON) == 0
    assert frequencies.own_statements(module("a", COMMON)) == []


def test_function_of_a_third_is_common_but_not_that_of_three():
    nine = [module(f"student {number}", COMMON if number < 4 else RARE * (number < 7)) for number in range(9)]
    frequencies = Frequencies(nine)
    assert frequencies.common_functions == {(module("a", COMMON).blocks[0][1].form,)}
    assert frequencies.own_statements(nine[0]) == []
    assert frequencies.own_statements(nine[5]) != []


def test_next_statement_is_compared_with_those_who_begin_in_the_same_way():
    longer = "def f(a):\n    b = a * (1 - a)\n    return b / 7\n"
    works = [module(f"student {number}", longer if number < 6 else RARE) for number in range(20)]
    frequencies = Frequencies(works)
    first, second, third = module("x", longer).blocks[0]
    separate = sum(bits(frequencies, [statement]) for statement in (first, second, third))
    assert bits(frequencies, [first, second, third]) < separate


def test_comments_that_others_have_are_not_rare():
    remark = "# subtract the largest value first\n"
    works = [module(name, remark + "# this is only for us two\n" * (name in "ab") + COMMON) for name in "abc"]
    assert Frequencies(works).rare_comments(works[0], works[1]) == ["this is only for us two"]
    assert Frequencies(works[:2], works[2:]).rare_comments(works[0], works[1]) == ["this is only for us two"]


def test_a_few_copies_do_not_make_a_code_common():
    others = [module(f"student {number}", RARE) for number in range(16)]
    copies = [module(f"copy {number}", COMMON) for number in range(6)]
    values = [
        Frequencies([*others, *copies[:count]]).surprise(copies[0].blocks, copies[0], copies[1]) for count in (2, 5, 6)
    ]
    assert values[1] > 0.95 * values[0]
    assert values[2] < 0.9 * values[0]


def test_repeated_statement_counts_once():
    frequencies = Frequencies([module(f"student {number}", RARE) for number in range(5)])
    (block,) = module("x", COMMON).blocks
    assert frequencies.surprise([block, block], *(module(name, "x = 1\n") for name in "ab")) == bits(frequencies, block)


def test_surprise_does_not_exceed_its_bound(independent, starters):
    frequencies = Frequencies(independent, starters)
    for one, other in itertools.combinations(independent, 2):
        passages = [passage.first for passage in shared_passages(one, other)]
        assert frequencies.surprise(passages, one, other) <= frequencies.most_bits(one, other)
