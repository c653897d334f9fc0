"""``grader new``."""

from __future__ import annotations

from pathlib import Path

import click

from . import options


@click.command("new")
@click.argument("assignment")
@click.option(
    "--to", "folder", default=".", help="Folder to write to; it is created if missing.  [default: the current folder]"
)
@click.option("--as", "kind", type=click.Choice(["notebook", "module"]), default="notebook", show_default=True)
@options.lang
def command(assignment: str, folder: str, kind: str) -> None:
    """Write the starter of ASSIGNMENT, the file that you complete."""
    from ..assignment import load
    from ..support.errors import UsageError
    from ..support.i18n import _
    from ..support.text import command_line

    loaded = load(assignment, outline=True)
    suffix = ".ipynb" if kind == "notebook" else ".py"
    starters = [name for name in loaded.content.starters if name.endswith(suffix)]
    if not starters:
        sentence = _("{name} has no starter as a {kind} (starters: {starters}).")
        kind_name = {"notebook": _("notebook"), "module": _("module")}[kind]
        listed = ", ".join(loaded.content.starters) or _("none")
        raise UsageError(sentence.format(name=loaded.name, kind=kind_name, starters=listed))
    target = Path(folder, loaded.name.replace("-", "_") + suffix)
    content = loaded.file(starters[0]).read_bytes()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:  # never overwrite a student's work
            file.write(content)
    except FileExistsError as error:
        sentence = _("{file} already exists: rename it, or choose another folder with --to.")
        raise UsageError(sentence.format(file=target)) from error
    except OSError as error:
        sentence = _("{file} cannot be written ({problem}): choose another folder with --to.")
        raise UsageError(sentence.format(file=target, problem=error.strerror)) from error
    command_text = command_line(["grader", "check", assignment, str(target)])
    click.echo(_("Wrote {file}. Check it with: {command}").format(file=target, command=command_text))
