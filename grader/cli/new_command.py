"""``grader new``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("new")
@click.argument("assignment")
@click.option(
    "--to", "folder", default=".", help="Folder to write to; it is created if missing.  [default: the current folder]"
)
@click.option("--as", "kind", type=click.Choice(["notebook", "module"]), default="notebook", show_default=True)
def command(assignment: str, folder: str, kind: str) -> None:
    """Write the starter of ASSIGNMENT, the file that you complete."""
    from ..assignment import load
    from ..support.errors import UsageError
    from ..support.text import command_line

    loaded = load(assignment, outline=True)
    suffix = ".ipynb" if kind == "notebook" else ".py"
    starters = [name for name in loaded.content.starters if name.endswith(suffix)]
    if not starters:
        raise UsageError(
            f"{loaded.name} has no starter that is a {kind} (starters: {', '.join(loaded.content.starters) or 'none'})."
        )
    target = Path(folder, loaded.name.replace("-", "_") + suffix)
    content = loaded.file(starters[0]).read_bytes()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:  # never overwrite a student's work
            file.write(content)
    except FileExistsError as error:
        raise UsageError(f"{target} already exists: rename it, or choose another folder with --to.") from error
    except OSError as error:
        raise UsageError(f"{target} cannot be written ({error.strerror}): choose another folder with --to.") from error
    click.echo(f"Wrote {target}. Check it with: {command_line(['grader', 'check', assignment, str(target)])}")
