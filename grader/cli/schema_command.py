"""``grader schema``."""

from __future__ import annotations

import click


@click.command("schema")
@click.argument("document", type=click.Choice(["report", "summary", "ci", "assignment", "server"]), default="report")
def command(document: str) -> None:
    """Print the JSON schema of a report (the default), of a class summary, of .grader.yml, of assignment.yaml, or of the
    settings file of a server."""
    import json

    from .schemas import schema

    click.echo(json.dumps(schema(document), indent=2))
