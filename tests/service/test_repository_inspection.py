"""What ``grader serve check`` says about the hosts of classroom repositories."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.service.repository_inspection import inspect
from tests.repositories.conftest import github  # noqa: F401
from tests.service import classroom


@pytest.mark.quick
def test_misspelt_organisation_and_course_are_said(service, github, tmp_path):  # noqa: F811
    classroom.configure(service, github, "github", tmp_path)
    (host,) = service.configuration.repositories
    github.add("single-neuron-ada")
    host = host.model_copy(update={"organisations": {"deep-course": ["demo", "demmo"], "deap-course": ["demo"]}})
    service.configuration = replace(service.configuration, repositories=(host,))
    readable, missing, unknown = inspect(service)
    assert (readable.sentence, readable.is_good) == ("deep-course can be read, and has 1 repository", True)
    assert missing.sentence.startswith("The course 'demmo', which may use deep-course, does not exist")
    assert unknown.sentence.startswith("deap-course: ") and not unknown.is_good


def test_credentials_that_are_refused_are_said(service, github, tmp_path):  # noqa: F811
    classroom.configure(service, github, "github", tmp_path)
    github.token = "another one"
    part, *_more = inspect(service)
    assert not part.is_good and "another one" not in part.sentence
