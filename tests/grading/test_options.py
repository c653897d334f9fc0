"""Tests of the options of a grading."""

import dataclasses

import pytest

from grader.assignment.limits import Limits
from grader.executor.work import Work
from grader.grading.options import GradeOptions
from grader.sandbox.session import Session
from grader.submission import Submission
from grader.support.choices import DEFAULT_ENGINE


def test_options_are_given_by_name_and_do_not_change():
    with pytest.raises(TypeError):
        GradeOptions(7)
    options = GradeOptions(seed=7)
    with pytest.raises(dataclasses.FrozenInstanceError):
        options.seed = 8


def test_defaults_are_those_of_a_self_check():
    options = GradeOptions()
    assert (options.include_hidden, options.only, options.isolation) == (False, (), None)


def test_every_front_end_has_the_same_default_engine():
    notebook = Submission("a.ipynb", "", "notebook", "a.ipynb", {"a.ipynb": b"{}"}, [], None)
    work = Work("", "single-neuron", 0, "strong")
    with Session(notebook, Limits(), "none") as session:
        assert {GradeOptions().engine, work.engine, session.engine} == {DEFAULT_ENGINE}
