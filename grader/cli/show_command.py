"""``grader show``."""

from __future__ import annotations

import sys

import click

from . import options


@click.command("show")
@click.argument("assignment")
@options.lang
def command(assignment: str) -> None:
    """Show the task of ASSIGNMENT and how it is scored."""
    from ..assignment import chapters, load
    from ..support.i18n import _, current
    from ..support.text import number_of_points

    loaded = load(assignment, outline=True)
    content = loaded.content
    is_terminal = sys.stdout.isatty()
    text = loaded.file(loaded.task_file(current()).name).read_text(encoding="utf-8").rstrip()
    text += "\n\n## {scoring}\n\n".format(scoring=_("Scoring"))
    minutes, _points, deck = chapters.facts(content)
    text += "".join(f"{fact}\n\n" for fact in [" · ".join(filter(None, [minutes, deck]))] if fact)
    text += f"| {_('check')} | {_('points')} | {_('title')} |\n|---|---|---|\n"
    open_checks = [check for check in content.checks if check.visibility == "open"]
    for check in open_checks:
        title = _(check.title).replace("|", "&#124;" if is_terminal else "|")
        remark = _(" (bonus)") if check.bonus else _(" (required)") if check.required else ""
        text += f"| {check.name} | {number_of_points(check.points)}{remark} | {title} |\n"
    sentence = _("{check}: {points:g} points for {title}")
    for check in open_checks:
        for item in check.marking_scheme():
            text += "\n" + sentence.format(check=check.name, points=item.points, title=_(item.title))
    total = sum(check.points for check in open_checks if not check.bonus)
    mark = content.pass_mark / 100 * total
    text += "\n" + _("Pass mark: {mark:g} of {total:g} points.").format(mark=mark, total=total)
    if any(check.required for check in open_checks):
        text += " " + _("Every required check must be fully right as well.")
    if is_terminal:
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(text))
    else:
        click.echo(text)
