"""Options that several commands share: their values, defaults and errors."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from grader.cli import options
from grader.report import formats
from grader.support import i18n

pytestmark = pytest.mark.quick


@click.command()
@options.data
@options.device
@options.engine
@options.timings
@options.lang
@click.option("--seed", type=options.SEED)
@click.option("--isolation", type=options.LEVELS)
@click.option("--format", "format_name", type=options.FormatName())
def command(**values):
    click.echo(f"{i18n.current()} {sorted(values.items())}")


def run(*arguments, **environment):
    return CliRunner().invoke(command, arguments, env={"LC_ALL": "C.UTF-8", **environment})


def test_language_is_used_inside_the_command_and_is_not_an_argument():
    result = run("--lang", "de")
    assert result.exit_code == 0, result.output
    assert result.output.startswith("de ") and "'lang'" not in result.output
    assert i18n.current() == "en"


def test_language_of_the_locale_is_the_default():
    assert run(LC_ALL="de_AT.UTF-8").output.startswith("de ")
    assert run("--lang", "en", LC_ALL="de_AT.UTF-8").output.startswith("en ")
    assert run(LC_ALL="xx_XX.UTF-8").output.startswith("en ")


def test_unknown_language_is_refused():
    result = run("--lang", "xx")
    assert result.exit_code == 2 and "'xx' is not one of 'en', 'de'" in result.output


def test_language_is_set_before_other_options_are_read():
    languages = []

    class Failing(click.ParamType):
        name = "failing"

        def convert(self, value, param, ctx):
            languages.append(i18n.current())

    @click.command()
    @click.option("--first", type=Failing())
    @options.lang
    def late(first):
        pass

    CliRunner().invoke(late, ["--first", "x", "--lang", "de"])
    assert languages == ["de"]


@pytest.mark.parametrize(("seed", "code"), [("0", 0), (str(2**53 - 1), 0), ("-1", 2), (str(2**53), 2), ("1.5", 2)])
def test_seed_is_an_integer_that_json_can_represent(seed, code):
    assert run("--seed", seed).exit_code == code


@pytest.mark.parametrize("arguments", [("--isolation", "weak"), ("--device", "tpu"), ("--engine", "python")])
def test_other_choices_are_refused(arguments):
    result = run(*arguments)
    assert result.exit_code == 2 and f"'{arguments[1]}' is not one of" in result.output


def test_format_of_the_grader_is_found_without_installed_packages(monkeypatch):
    monkeypatch.setattr(formats, "names", lambda: pytest.fail("installed packages were searched"))
    assert "('format_name', 'json')" in run("--format", "json").output


def test_formats_of_installed_packages_are_offered(monkeypatch):
    monkeypatch.setattr(formats, "names", lambda: ("text", "json", "tap"))
    assert options.FormatName().convert("tap", None, None) == "tap"
    with pytest.raises(click.BadParameter, match="'pdf' is not one of 'text', 'json', 'tap'"):
        options.FormatName().convert("pdf", None, None)
