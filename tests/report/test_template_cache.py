"""Tests of the cache of compiled templates: it never changes a page."""

from __future__ import annotations

import os

import pytest
from jinja2 import DictLoader, Environment

from grader.report import template_cache
from grader.report.template_cache import TemplateCache


class Compilations(Environment):
    """Counts how often a template is compiled."""

    def __init__(self, source, cache):
        super().__init__(loader=DictLoader({"page": source}), bytecode_cache=cache)
        self.count = 0

    def compile(self, *arguments, **settings):
        self.count += 1
        return super().compile(*arguments, **settings)


def render(folder, source="Hello {{ name }}", settings="", expected="Hello Anna"):
    """Render a template, and return how often it was compiled."""
    environment = Compilations(source, TemplateCache(folder / "templates", settings))
    assert environment.get_template("page").render(name="Anna") == expected
    return environment.count


def test_template_is_compiled_once(tmp_path):
    assert [render(tmp_path) for _ in range(2)] == [1, 0]
    (file,) = (tmp_path / "templates").iterdir()
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("damage", [b"", b"j2", b"X" * 100])
def test_damaged_file_is_written_again(tmp_path, damage):
    render(tmp_path)
    (file,) = (tmp_path / "templates").iterdir()
    for content in (damage, file.read_bytes()[:-20]):
        file.write_bytes(content)
        assert [render(tmp_path) for _ in range(2)] == [1, 0]


def test_other_source_or_settings_are_compiled_again(tmp_path):
    render(tmp_path)
    assert render(tmp_path, settings="trim_blocks") == 1
    assert render(tmp_path, source="Bye {{ name }}", expected="Bye Anna") == 1


def test_file_that_others_can_write_does_not_count(tmp_path):
    render(tmp_path)
    (file,) = (tmp_path / "templates").iterdir()
    file.chmod(0o666)
    assert render(tmp_path) == 1
    target = tmp_path / "elsewhere"
    os.rename(file, target)
    file.symlink_to(target)
    assert render(tmp_path) == 1


def test_cache_that_cannot_be_written_changes_nothing(tmp_path):
    (tmp_path / "templates").write_text("a file")
    assert [render(tmp_path) for _ in range(2)] == [1, 1]


def test_user_without_a_cache_has_none(monkeypatch):
    monkeypatch.setattr(template_cache.user_cache, "folder", lambda _: None)
    assert template_cache.template_cache("") is None
