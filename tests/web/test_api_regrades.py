"""Programs of instructors grade submissions again, compare, and decide."""

from __future__ import annotations

import pytest

from grader.service import jobs, regrading
from tests.service.kept_results import hand_in
from tests.service.test_regrading import OtherGrader

HERE = "/api/v1/courses/demo/exercises/single-neuron/regrades"


@pytest.fixture
def works(service):
    return hand_in(service, "ada", 1.0, content=b"1"), hand_in(service, "ben", 0.0, content=b"2")


def run(service):
    jobs.JobRunner(service, {regrading.KIND: regrading.RegradeJobs(OtherGrader(0.5))}).run_waiting()


def test_new_results_count_after_they_are_accepted(api, service, works):
    iris = api("iris")
    answer = iris.post(HERE, json={"students": ["ada"], "reason": "Unclear."})
    regrade, link = answer.json(), answer.headers["location"]
    assert (answer.status_code, regrade["state"], regrade["by"], regrade["reason"]) == (
        202,
        "running",
        "iris",
        "Unclear.",
    )
    assert [(item["student"], item["old"], item["new"]) for item in regrade["items"]] == [("ada", 100, None)]
    assert iris.post(f"{link}/accept").status_code == iris.post(HERE, json={}).status_code == 409
    run(service)
    compared = iris.get(link).json()
    assert compared["state"] == "compared" and compared["items"][0]["is_finished"]
    assert iris.post(f"{link}/accept").json()["state"] == "accepted"
    report = api("ada").get(f"/api/v1/submissions/{works[0]}/report").json()
    assert report["score"] == compared["items"][0]["new"] == 50
    assert iris.delete(link).status_code == 409


def test_discarded_results_never_count(api, works):
    link = api("iris").post(HERE, json={}).headers["location"]
    assert api("iris").delete(link).status_code == 204
    assert api("iris").get(link).json()["state"] == "discarded"


def test_unknown_student_and_choice_without_attempts_are_refused(api, works):
    assert api("iris").post(HERE, json={"students": ["nobody"]}).status_code == 404
    assert api("iris").post(HERE, json={"only_failed": True}).status_code == 409


def test_regrades_are_for_tokens_of_instructors_with_the_scope(api, works):
    link = api("iris").post(HERE, json={}).headers["location"]
    for client in (api("ada"), api("tom"), api("iris", ["read", "submit", "class"])):
        assert client.post(HERE, json={}).status_code == client.get(link).status_code == 404
        assert client.delete(link).status_code == client.post(f"{link}/accept").status_code == 404
