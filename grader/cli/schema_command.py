"""``grader schema``."""

from __future__ import annotations

import click


@click.command("schema")
@click.argument("document", type=click.Choice(["report", "summary", "ci"]), default="report")
def command(document: str) -> None:
    """Print the JSON schema of a report (the default), of a class summary, or of .grader.yml."""
    import json

    from .schemas import schema

    click.echo(json.dumps(schema(document), indent=2))
