"""A trial of the isolation is kept for a day, on the same machine under the same conditions, in a file of this user only."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.executor import kept_trial, preparing
from grader.executor.work import Work
from grader.sandbox.canary import EscapeReport
from tests.conftest import ROOT, bundled

pytestmark = pytest.mark.skipif(not Path(kept_trial.FACTS[0]).exists(), reason="needs Linux")


@pytest.fixture(autouse=True)
def place(monkeypatch, tmp_path):
    monkeypatch.setattr(kept_trial.user_cache, "folder", lambda part="datasets": tmp_path / part)
    return tmp_path / "isolation"


def kept_file(place):
    kept_trial.keep("digest")
    return place / "digest.json"


def test_success_is_kept_for_a_day(monkeypatch, place):
    assert not kept_trial.is_kept("digest")
    kept_trial.keep("digest")
    assert kept_trial.is_kept("digest")
    assert not kept_trial.is_kept("another")
    now = kept_trial._now()
    monkeypatch.setattr(kept_trial, "_now", lambda: now + kept_trial.SECONDS + 1)
    assert not kept_trial.is_kept("digest")
    monkeypatch.setattr(kept_trial, "_now", lambda: now - 10)
    assert not kept_trial.is_kept("digest")


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"key": "digest"}', '{"key": "digest", "seconds": "now"}'])
def test_damaged_file_does_not_count(place, content):
    kept_file(place).write_text(content)
    assert not kept_trial.is_kept("digest")


def test_result_of_another_trial_does_not_count(place):
    kept_file(place).rename(place / "another.json")
    assert not kept_trial.is_kept("another")


@pytest.mark.parametrize("mode", [0o622, 0o660, 0o666])
def test_file_that_others_can_write_does_not_count(place, mode):
    kept_file(place).chmod(mode)
    assert not kept_trial.is_kept("digest")


def test_file_in_a_folder_that_others_can_write_does_not_count(place):
    kept_trial.keep("digest")
    place.chmod(0o777)
    assert not kept_trial.is_kept("digest")


def test_file_of_another_user_does_not_count(monkeypatch, place):
    kept_trial.keep("digest")
    user = os.geteuid()
    monkeypatch.setattr(kept_trial.os, "geteuid", lambda: user + 1)
    assert not kept_trial.is_kept("digest")


def test_link_and_pipe_do_not_count(place):
    file = kept_file(place)
    file.rename(place / "elsewhere")
    file.symlink_to(place / "elsewhere")
    assert not kept_trial.is_kept("digest")
    file.unlink()
    os.mkfifo(file, 0o600)
    assert not kept_trial.is_kept("digest")


def test_only_the_user_can_read_the_result_and_old_ones_are_removed(place):
    old = kept_file(place)
    os.utime(old, (0, 0))
    kept_trial.keep("another")
    assert [file.name for file in place.iterdir()] == ["another.json"]
    assert (place / "another.json").stat().st_mode & 0o077 == 0
    assert json.loads((place / "another.json").read_text())["key"] == "another"


def test_nothing_is_kept_without_a_home(monkeypatch):
    monkeypatch.setattr(kept_trial.user_cache, "folder", lambda part="datasets": None)
    kept_trial.keep("digest")
    assert not kept_trial.is_kept("digest")
    kept_trial.forget()


def test_key_contains_settings_and_covered_paths(tmp_path):
    key = kept_trial.key_of("strong", hide=[])
    assert key == kept_trial.key_of("strong", hide=[])
    assert key == kept_trial.key_of("strong", hide=[tmp_path / "class"])  # no worker could see it anyway
    assert key != kept_trial.key_of("medium", hide=[])
    visible = Path(kept_trial.filesystem.readable()[0][1])
    assert key != kept_trial.key_of("strong", hide=[visible / "class"])
    assert key != kept_trial.key_of("strong", hide=[visible.parent])


def test_key_is_the_same_in_another_process():
    code = "from grader.executor import kept_trial; print(kept_trial.key_of('strong', hide=[]))"
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        process = subprocess.run(
            [sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True
        )
        assert process.stdout.strip() == kept_trial.key_of("strong", hide=[])


@pytest.mark.parametrize("fact", ["boot_id", "kernel/version", "max_user_namespaces", "/proc/self/status"])
def test_key_depends_on_the_machine(monkeypatch, fact):
    key, read = kept_trial.key_of(hide=[]), kept_trial._text
    changed = "Uid:\t77\n" if "status" in fact else "changed"
    monkeypatch.setattr(kept_trial, "_text", lambda path: changed if path.endswith(fact) else read(path))
    assert kept_trial.key_of(hide=[]) not in (key, None)


def test_key_depends_on_the_code(monkeypatch):
    key = kept_trial.key_of(hide=[])
    monkeypatch.setattr(kept_trial, "code_digest", lambda: "other code")
    assert kept_trial.key_of(hide=[]) != key


def test_machine_without_a_boot_id_keeps_nothing(monkeypatch):
    monkeypatch.setattr(kept_trial, "_text", lambda path: "")
    assert kept_trial.key_of(hide=[]) is None


class Trials(list):
    """The levels of the trials that were made; the intruder reaches ``reached``, without a worker."""

    reached = ()

    def try_to_escape(self, _limits, level, *_):
        self.append(level)
        return EscapeReport([*self.reached], [])


@pytest.fixture
def trials(monkeypatch):
    made = Trials()
    monkeypatch.setattr(preparing.canary, "try_to_escape", made.try_to_escape)
    return made


def inspect(level, **settings):
    preparing.inspect(Work("identity", "single-neuron", 0, level, **settings), bundled("single-neuron"))


def test_trial_is_made_once_for_each_level_and_engine(trials):
    for _ in range(2):
        inspect("strong")
        inspect("medium")
        inspect("strong", engine="kernel")
    assert trials == ["strong", "medium", "medium", "strong", "strong"]


def test_trial_at_none_is_never_kept(trials):
    inspect("none")
    inspect("none")
    assert len(trials) == 4


def test_trial_that_reached_something_is_not_kept(trials):
    trials.reached = ["other submissions"]
    for _ in range(2):
        with pytest.raises(preparing.NotGradable, match="other submissions"):
            inspect("strong")
    assert len(trials) == 2


def test_forgotten_trial_is_made_again(trials):
    inspect("strong")
    kept_trial.forget()
    inspect("strong")
    assert len(trials) == 2
