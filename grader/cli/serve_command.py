"""``grader serve``."""

from __future__ import annotations

from pathlib import Path

import click


@click.group("serve", invoke_without_command=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address on which the server listens.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port; 0: any free one.")
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder for database and files.  [default: in your data folder]",
)
@click.option("--jobs", type=click.IntRange(1, 1024), help="Number of submissions graded at the same time.")
@click.pass_context
def command(ctx: click.Context, host: str, port: int, data_dir: Path | None, jobs: int | None) -> None:
    """Serve courses on web pages: students hand in, watch the grading and read their reports."""
    if ctx.invoked_subcommand is not None:
        return
    from ..machine import systems

    systems.require_worker()
    import uvicorn

    from ..executor import local
    from ..service.configuration import Configuration, default_data_dir
    from ..service.service import open_service
    from ..web.app import make_app

    configuration = Configuration(
        data_dir=data_dir or default_data_dir(), host=host, port=port, jobs=jobs or local.cores()
    )
    service = open_service(configuration)
    uvicorn.run(make_app(service), host=host, port=port, log_level="warning")
