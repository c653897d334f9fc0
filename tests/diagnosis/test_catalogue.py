"""The catalogue has texts for each bug name, and an assignment may replace them."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from grader.assignment.bugs import BugDescription
from grader.diagnosis import catalogue
from grader.support.errors import UsageError

pytestmark = pytest.mark.quick

OWN = "{name: our-own, instead: {m: 1.0}, texts: {title: It is ours, kind: K., reason: R.}}"
REPLACED = "{name: sign-flipped, instead: {m: -m}, texts: {title: Another title, kind: K., reason: R.}}"


def test_texts_come_from_the_catalogue_by_default(toy):
    content, _ = toy("{name: sign-flipped, instead: {m: -m}}")
    assert catalogue.texts("sign-flipped", content).title == "The sign is flipped"


def test_texts_of_the_assignment_are_preferred(toy):
    content, _ = toy(OWN, REPLACED)
    assert catalogue.texts("our-own", content).title == "It is ours"
    assert catalogue.texts("sign-flipped", content).title == "Another title"


def test_unknown_bug_name_is_refused(toy):
    content, _ = toy()
    with pytest.raises(UsageError, match="'our-own' is not in the catalogue"):
        catalogue.texts("our-own", content)


def test_bug_name_in_two_families_is_refused():
    texts = BugDescription(title="T", kind="K.", reason="R.")
    with pytest.raises(ValidationError, match="'some-bug' is in two families"):
        catalogue.Catalogue.model_validate({"One": {"some-bug": texts}, "Two": {"some-bug": texts}})


def test_every_bug_has_complete_texts():
    for family, bugs in catalogue.families().items():
        for name, texts in bugs.items():
            assert all((texts.title, texts.kind, texts.reason, texts.formula, texts.why, texts.see)), (family, name)


def test_general_name_is_that_of_any_exercise():
    assert catalogue.general_name("forward-not-swapped") == "another-activation"
    assert catalogue.general_name("another-activation") == "another-activation"
    assert catalogue.general_name("of-one-exercise") == "of-one-exercise"


def test_general_name_must_exist():
    texts = {"title": "t", "kind": "k", "reason": "r", "general": "nowhere"}
    with pytest.raises(ValidationError, match="nowhere"):
        catalogue.Catalogue.model_validate({"family": {"some": texts}})
