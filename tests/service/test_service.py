"""A data folder is opened by servers and commands of the same version."""

from __future__ import annotations

import pytest

from grader.service import data_folder
from grader.service.configuration import Configuration
from grader.service.database import newest_revision
from grader.service.service import open_beside_server, open_service
from grader.service.tables import Course, Exercise
from grader.support.errors import UsageError


@pytest.fixture
def configuration(tmp_path):
    return Configuration(data_dir=tmp_path / "data")


def test_new_folder_has_a_course_with_all_bundled_exercises(configuration):
    for _ in range(2):  # the second time everything is there
        service = open_service(configuration)
        with service.database.reading() as session:
            assert [course.slug for course in session.query(Course)] == ["demo"]
            exercises = session.query(Exercise).all()
            assert {"single-neuron", "numpy-mnist", "relu-swap", "cifar-grayscale", "clothing-mlp"} <= {
                exercise.name for exercise in exercises
            }
            assert all(not row.is_hidden and row.due is None and row.attempts is None for row in exercises)
        service.close()


def test_command_works_beside_a_server_of_the_same_version(configuration):
    data_folder.make(configuration.data_dir)
    with data_folder.used_by_server(configuration.data_dir, newest_revision()):
        open_beside_server(configuration).close()  # also while the server has no tables yet


def test_command_changes_nothing_beside_a_server_of_another_version(configuration):
    data_folder.make(configuration.data_dir)
    with data_folder.used_by_server(configuration.data_dir, "0000"), pytest.raises(UsageError, match="another version"):
        open_beside_server(configuration)
    assert not (configuration.data_dir / "grader.sqlite").exists()


def test_file_that_is_not_a_database_is_one_sentence(configuration):
    data_folder.make(configuration.data_dir)
    (configuration.data_dir / "grader.sqlite").write_bytes(b"not a database " * 1000)
    with pytest.raises(UsageError, match="restore a backup"):
        open_service(configuration)
