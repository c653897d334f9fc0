"""Tests of the words that several packages share."""

from typing import get_args

from grader.cli import options
from grader.support import choices


def test_command_line_offers_every_choice():
    assert tuple(options.LEVELS.choices) == get_args(choices.Level)
    assert choices.DEFAULT_ENGINE in choices.ENGINES


def test_levels_are_ordered_from_strictest():
    assert choices.LEVELS == ("strong", "medium", "none")
