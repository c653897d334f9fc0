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
    help="Which assignments are here; better outside of the repository, where students cannot change it.",
)
@click.option(
    "--trust-config",
    is_flag=True,
    help="Let a configuration that is a file of the repository name own assignments, a weaker isolation, a lower pass mark, a seed, and paths outside.",
)
@click.option("--classroom", is_flag=True, help="On GitHub: print the points as notices that GitHub Classroom reads.")
@options.lang
@click.pass_context
def command(ctx: click.Context, config: Path, trust_config: bool, classroom: bool) -> None:
    """Grade what is in the repository here, and report to GitHub or GitLab, or as text."""
    from ..ci import github
    from ..support.errors import GraderError
    from ..support.i18n import _
    from ..support.text import clean

    if os.environ.get("GITHUB_ACTIONS") != "true":
        ctx.exit(_grade(config, trust_config))
    try:
        code = _grade(config, trust_config, on_github=True, classroom=classroom)
    except Exception as error:  # what it says may hold names that a student has chosen, and be taken for a command
        if ctx.meta.get("debug"):
            raise
        if isinstance(error, GraderError):
            for line in github.mistakes(error):
                click.echo(line)
            code = error.exit_code
        else:
            what = f"{type(error).__name__}: {error}"
            message = _("The grader itself failed ({what}), which says nothing about the submission: please report it.")
            click.echo(github.command("error", clean(message.format(what=what), 2000), title="grader"))
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
    planned = repository.plan(config, ["junit"] if on_gitlab else [], trusted)
    outputs = [repository.output_path(task, item) for task in planned.tasks for item in task.formats]
    repository.prepare([*outputs, Path(gitlab.FILE)] if on_gitlab else outputs)
    graded = []
    with github.no_commands() if on_github else nullcontext():
        click.echo(repository.origin(planned))
        for item in repository.grade_all(planned):
            click.echo(formats.render("text", item.report, item.content))
            repository.write(item)
            graded.append(item)
    if on_github:
        github.publish(planned, graded, classroom)
    if on_gitlab:
        atomic_files.write_whole(Path(gitlab.FILE), gitlab.code_quality(graded).encode())
    if any(item.report.ending == "not_gradable" for item in graded):
        return 3
    return 0 if all(item.report.passed for item in graded) else 1
