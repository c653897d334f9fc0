"""The advice of the doctor, without starting workers."""

from __future__ import annotations

import pytest

from grader.sandbox import doctor


def result(works=True, reached=()):
    return {"works": works, "reason": None, "not_enforced": [], "reached": [*reached]}


@pytest.fixture
def machine(monkeypatch):
    monkeypatch.setattr(doctor.group, "can_be_had", lambda: True)
    monkeypatch.setattr(doctor, "tensorflow_version", lambda: "2.16")
    monkeypatch.setattr(doctor.os, "geteuid", lambda: 1000)
    return monkeypatch


def test_machine_without_problems_gets_no_advice(machine):
    assert doctor._advice({"strong": result(), "medium": result(), "none": result()}) == []


def test_hole_in_a_level_is_to_be_reported(machine):
    (advice,) = doctor._advice({"strong": result(), "medium": result(reached=["the network"]), "none": result()})
    assert advice.startswith("medium isolation has a hole on this machine")


def test_missing_namespaces_are_explained(machine):
    machine.setattr(doctor, "_setting", {"user.max_user_namespaces": 0}.get)
    machine.setattr(doctor.Path, "exists", lambda _: False)
    machine.setattr(doctor.platform, "system", lambda: "Linux")
    (advice,) = doctor._advice({"strong": result(works=False), "medium": result(), "none": result()})
    assert "sudo sysctl -w user.max_user_namespaces=10000" in advice


def test_missing_tensorflow_is_reported(machine):
    machine.setattr(doctor, "tensorflow_version", lambda: None)
    (advice,) = doctor._advice({"strong": result(), "medium": result(), "none": result()})
    assert "tensorflow" in advice


def test_kernel_setting_that_does_not_exist_has_no_value():
    assert doctor._setting("no.such_setting") is None


def test_lists_are_joined_without_repetition():
    assert doctor._united([["a", "b"], ["b", "c"]]) == ["a", "b", "c"]
