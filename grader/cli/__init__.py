"""The command line: one module for each command. Heavy imports happen inside the commands, so that --help is fast."""

from __future__ import annotations

import atexit
import codecs
import contextlib
import importlib
import os
import sys
import threading
from collections.abc import Iterable, Sequence
from typing import Any

import click

from ..support.errors import GraderError
from ..version import __version__

# Each command and its line in the output of --help, which would import all commands otherwise.
COMMANDS = {
    "list": "List the bundled assignments.",
    "show": "Show the task of an assignment and its scoring.",
    "new": "Write the starter of an assignment.",
    "check": "Check a submission.",
    "grade": "Grade the submissions of a class.",
    "submit": "Hand in on a server.",
    "serve": "Serve courses on web pages.",
    "pages": "Write the missing pages of a class.",
    "override": "Give points or a comment by hand.",
    "feedback": "Give the pages of a class back to its students.",
    "fetch": "Fetch the submissions of a class from Canvas or Moodle.",
    "return": "Return scores and comments to Canvas or Moodle.",
    "gradescope": "Make a Gradescope autograder of an assignment.",
    "ci": "Grade the submissions in the current repository.",
    "compare": "Show the students whose score has changed.",
    "leaderboard": "Rank the submissions of reports.",
    "validate": "Check that an assignment is sound.",
    "reference": "Compare the recorded answers with the reference.",
    "data": "Show and download the datasets.",
    "schema": "Print the JSON schema of a document.",
    "doctor": "Show what this machine offers.",
}


class _Commands(click.Group):
    """Loads a command when it is needed, and turns its exceptions into sentences and exit codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"{__name__}.{cmd_name}_command").command
        if _DEBUG not in command.params:
            command.params.append(_DEBUG)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([*COMMANDS.items()])

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> Any:
        """Run a command. A program ends without freeing each object, which would take a tenth of the time of a check."""
        try:
            return super().main(args, *rest, **extra)
        except SystemExit as end:
            if args is None and isinstance(end.code, int) and threading.active_count() == 1:
                with contextlib.suppress(OSError, ValueError):  # Python itself reports a closed pipe
                    sys.stdout.flush()
                    sys.stderr.flush()
                    atexit._run_exitfuncs()
                    os._exit(end.code)
            raise

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError:
            from . import suggestions

            suggestion = suggestions.no_command(args[0], args[1:], COMMANDS)
            if suggestion is None:
                raise
            raise click.UsageError(suggestion, ctx) from None

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.MissingParameter as error:
            from . import suggestions

            raise suggestions.missing(error) from None
        except GraderError as error:
            if ctx.meta.get("debug"):
                raise
            raise _failure(error.lines(), error.exit_code) from error
        except (click.Abort, KeyboardInterrupt):
            raise _failure(["Stopped."], 130) from None
        except BrokenPipeError:  # the reader is gone; exit code 1 would mean "not passed"
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(141)
        except (click.ClickException, click.exceptions.Exit):
            raise
        except Exception as error:
            if ctx.meta.get("debug"):
                raise
            cause = f"{type(error).__name__}: {error}"
            message = (
                f"The grader itself failed ({cause}). This says nothing about the submission. "
                "Run the command again with --debug and report its output."
            )
            raise _failure([message], 3) from error


def _failure(lines: Iterable[str], exit_code: int) -> click.ClickException:
    """Return an exception with a message for stderr and an exit code."""
    from ..support.text import clean

    failure = click.ClickException("\n".join(clean(line, 2000) for line in lines))
    failure.exit_code = exit_code  # type: ignore[misc]
    return failure


def _remember(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        import logging  # takes a fifth of the time of --help

        ctx.meta["debug"] = True
        logging.basicConfig()
        logging.getLogger("grader").setLevel(logging.DEBUG)


_DEBUG = click.Option(
    ["--debug"], is_flag=True, expose_value=False, callback=_remember, help="Show the traceback of an error."
)


@click.group(cls=_Commands, params=[_DEBUG], context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="grader")
def main() -> None:
    """Check and grade deep-learning exercises."""
    _use_utf_8()
    # The grader uses no plugin of pydantic; the search for plugins reads the metadata of all installed packages.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # do not fail because a terminal has no umlauts
            stream.reconfigure(errors="replace")


def _use_utf_8() -> None:
    """Restart Python in UTF-8 mode if it takes file names for ASCII: students use other characters."""
    if codecs.lookup(sys.getfilesystemencoding()).name == "ascii" and not sys.flags.utf8_mode:
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])
