"""``grader ci``."""

from __future__ import annotations

import os
from pathlib import Path

import click

from . import options


@click.command("ci")
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    default=".grader.yml",
    show_default=True,
    help="File that lists the assignments. Keep it outside the repository if you can, so that students cannot change it.",
)
@click.option(
    "--trust-config",
    is_flag=True,
    help="Allow a configuration inside the repository to name its own assignments, a weaker isolation, a lower pass mark, a seed, and paths outside the repository.",
)
@click.option("--classroom", is_flag=True, help="On GitHub: print the points as notices that GitHub Classroom reads.")
@options.lang
@click.pass_context
def command(ctx: click.Context, config: Path, trust_config: bool, classroom: bool) -> None:
    """Grade the submissions in the current repository and report the result to GitHub, to GitLab, or as text."""
    from ..ci import github
    from ..support.errors import GraderError
    from ..support.i18n import _
    from ..support.text import clean

    if os.environ.get("GITHUB_ACTIONS") != "true":
        ctx.exit(_grade(config, trust_config))
    try:
        code = _grade(config, trust_config, on_github=True, classroom=classroom)
    except Exception as error:  # its text may contain names chosen by a student that look like a command to GitHub
        if ctx.meta.get("debug"):
            raise
        if isinstance(error, GraderError):
            for line in github.mistakes(error):
                click.echo(line)
            code = error.exit_code
        else:
            cause = f"{type(error).__name__}: {error}"
            message = _("The grader itself failed ({what}). This says nothing about the submission. Please report it.")
            click.echo(github.command("error", clean(message.format(what=cause), 2000), title="grader"))
            code = 3
    ctx.exit(code)


def _grade(config: Path, trusted: bool, on_github: bool = False, classroom: bool = False) -> int:
    from contextlib import nullcontext

    from ..machine import systems

    systems.require_worker()
    from ..ci import github, gitlab, repository
    from ..report import formats
    from ..support import atomic_files

    on_gitlab = os.environ.get("GITLAB_CI") == "true"
    plan = repository.plan(config, ["junit"] if on_gitlab else [], trusted)
    outputs = [repository.output_path(task, item) for task in plan.tasks for item in task.formats]
    repository.prepare([*outputs, Path(gitlab.FILE)] if on_gitlab else outputs)
    results = []
    with github.no_commands() if on_github else nullcontext():
        click.echo(repository.origin(plan))
        for result in repository.grade_all(plan):
            click.echo(formats.render("text", result.report, result.content))
            repository.write(result)
            results.append(result)
    if on_github:
        github.publish(plan, results, classroom)
    if on_gitlab:
        atomic_files.write_whole(Path(gitlab.FILE), gitlab.code_quality(results).encode())
    if any(result.report.ending == "not_gradable" for result in results):
        return 3
    return 0 if all(result.report.passed for result in results) else 1
