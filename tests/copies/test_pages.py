"""The pages of similar submissions: no script, nothing of a submission is read as HTML, marks on both sides."""

from __future__ import annotations

import re

import pytest

from grader.copies import pages
from grader.copies.compared_code import ComparedCode, Piece
from grader.copies.comparing import Similarities, compare
from tests.copies import disguise
from tests.copies.disguise import FUNCTIONS


@pytest.fixture(scope="module")
def comparison(independent, starters, solution):
    source = independent[12].pieces[0].text
    pieces = disguise.in_cells(disguise.renamed(source, FUNCTIONS))
    copy = ComparedCode("<b>Copy</b>, Cat", "copy", [*pieces, Piece("Cell 99", "a = '<script>x</script>\u202e'\n")])
    return compare([*independent, copy], starters, solution)


def test_list_names_each_pair_and_links_its_page(comparison):
    page = pages.render_list(
        "A & B", comparison, ["copies/1.html"], [], {"copy": "instructor/Copy, Cat.html"}, "index.html"
    )
    assert 'href="copies/1.html"' in page
    assert '<a href="instructor/Copy%2C%20Cat.html">&lt;b&gt;Copy&lt;/b&gt;, Cat</a>' in page
    assert "s13" in page
    assert "A &amp; B" in page
    assert "<script" not in page


def test_empty_list_says_so():
    page = pages.render_list("A", Similarities(), [], [], {}, "index.html")
    assert "No similar submissions were found." in page


def test_page_of_a_pair_marks_the_same_passages_on_both_sides(comparison):
    pair = comparison.pairs[0]
    page = pages.render_pair("A", pair, {}, "../copies.html")
    assert "<script" not in page
    assert "&lt;script&gt;x&lt;/script&gt;" in page
    assert "\u202e" not in page
    for number in range(1, len(pair.passages) + 1):
        assert f'id="a{number}" href="#b{number}"' in page
        assert f'id="b{number}" href="#a{number}"' in page
    ids = re.findall(r'id="([^"]+)"', page)
    assert len(ids) == len({*ids})


def test_lines_of_a_page_are_those_of_the_code(comparison):
    pair = comparison.pairs[0]
    page = pages.render_pair("A", pair, {}, "../copies.html")
    lines = [
        line for work in (pair.first, pair.second) for piece in work.pieces for line in piece.text.rstrip().split("\n")
    ]
    assert page.count("<code>") - page.split("<pre", 1)[0].count("<code>") == len(lines)
