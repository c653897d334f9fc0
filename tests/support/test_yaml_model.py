"""YAML files become models, and every mistake is reported with its line."""

from __future__ import annotations

from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, model_validator

from grader.support import yaml_model
from grader.support.errors import UsageError

pytestmark = pytest.mark.quick


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    size: int = 1


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: str
    kind: Literal["small", "large"] = "small"
    parts: list[Inner] = []

    @model_validator(mode="after")
    def _part_is_not_forbidden(self):
        for index, part in enumerate(self.parts):
            if part.name == "forbidden":
                raise yaml_model.YamlError(("parts", index), part.name, "choose another name.")
        return self


@pytest.fixture
def load(tmp_path):
    def run(text, model=Outer):
        file = tmp_path / "file.yaml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return yaml_model.load(file, model)

    return run


def test_file_is_read_as_a_model(load):
    assert load("title: T\nparts: [{name: a, size: 3}]").parts[0].size == 3


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("title: T\nkind: medium\n", 2, "kind is 'medium'; allowed are 'small' or 'large'."),
        ("title: T\ntitel: T\n", 2, "titel is not a known key; remove it or correct its spelling. Did you mean title?"),
        ("kind: small\n", 1, "title is missing; add it."),
        ("title:\n", 1, "title is empty; write its value after the colon."),
        ("title: T\nparts: a\n", 2, "parts must be a list"),
        ("title: T\nparts:\n- a\n", 3, "parts.1 must be a mapping of keys to values."),
        ("title: T\nparts:\n- name: a\n  size: big\n", 4, "parts.a.size is 'big'; input should be a valid integer"),
        ("title: T\nparts:\n- name: a\n- name: forbidden\n", 4, "choose another name."),
        ("title: T\ntitle: U\n", 2, "the key 'title' appears twice; keep one."),
        ("title: T\nparts: [\n", 3, "not valid YAML"),
        ("title: " + "[" * 200, 1, "the nesting is more than 100 levels deep"),
        ("title: T\n<<<<<<< HEAD\nkind: small\n", 2, "git conflict"),
    ],
)
def test_mistake_is_reported_with_its_line(load, text, line, message):
    with pytest.raises(UsageError) as raised:
        load(text)
    assert message in str(raised.value)
    assert f"file.yaml:{line}: " in str(raised.value) or "conflict" in message


def test_several_mistakes_are_sorted_by_line(load):
    with pytest.raises(yaml_model.Mistakes) as raised:
        load("parts: a\nkind: medium\ntitle: T\n")
    assert [line for line, _ in raised.value.mistakes] == [1, 2]


def test_misspelt_required_key_is_one_mistake(load):
    with pytest.raises(yaml_model.Mistakes) as raised:
        load("titel: T\n")
    assert len(raised.value.mistakes) == 1


def test_aliases_that_become_too_large_are_refused(load):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 8)]
    with pytest.raises(UsageError, match="becomes too large through its aliases"):
        load("\n".join(lines))


@pytest.mark.parametrize(
    ("content", "message"), [(b"title: \xff", "is not UTF-8 text"), (b"x" * (5 << 20), "larger than 4 MB")]
)
def test_unreadable_file_is_refused(load, content, message):
    with pytest.raises(UsageError, match=message):
        load(content)


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        yaml_model.load(tmp_path / "missing.yaml", Outer)


def test_lines_of_values(tmp_path):
    (tmp_path / "file.yaml").write_text("title: T\nparts:\n- name: a\n- name: b\n")
    _, line_of = yaml_model.load_with_lines(tmp_path / "file.yaml", Outer)
    assert [line_of(("parts", 1, "name")), line_of(("parts",)), line_of(("title",))] == [4, 2, 1]
