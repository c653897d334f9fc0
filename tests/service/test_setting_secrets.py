"""Secrets of the settings: they are read from a variable or a file, and no sentence about a mistake has them."""

from __future__ import annotations

import pytest

from grader.service.setting_secrets import SecretSource
from grader.support.errors import UsageError


@pytest.mark.quick
def test_secret_comes_from_a_variable_or_a_file(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADER_TEST_SECRET", "s3cret\n")
    (tmp_path / "secret").write_text("other\n")
    assert SecretSource(env="GRADER_TEST_SECRET").read() == "s3cret"
    assert SecretSource.model_validate({"file": "secret"}, context={"folder": tmp_path}).read() == "other"


def test_missing_secret_is_said_with_its_place(tmp_path, monkeypatch):
    monkeypatch.delenv("GRADER_TEST_SECRET", raising=False)
    with pytest.raises(UsageError, match="The variable GRADER_TEST_SECRET has no secret"):
        SecretSource(env="GRADER_TEST_SECRET").read()
    with pytest.raises(UsageError, match=r"cannot be read \(No such file"):
        SecretSource(file=str(tmp_path / "missing")).read()
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(UsageError, match="is empty"):
        SecretSource(file=str(tmp_path / "empty")).read()
