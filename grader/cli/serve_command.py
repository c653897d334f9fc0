"""``grader serve``: the server itself. The commands that look after its data are in ``serve_tools.py``."""

from __future__ import annotations

import os
from pathlib import Path

import click
from click.core import ParameterSource

from . import serve_hub
from .serve_place import ServerPlace, blobs_option, config_option, configuration_of, place_options, require_packages
from .serve_tools import TOOLS


@click.group("serve", invoke_without_command=True, commands=TOOLS)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address on which the server listens.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port; 0: any free one.")
@place_options
@blobs_option
@config_option
@click.option(
    "--jobs",
    type=click.IntRange(1, 1024),
    help="Number of submissions graded at the same time.  [default: number of processors]",
)
@click.option("--scheduler", default="", metavar="ADDRESS", help="Grade on the Dask cluster of this scheduler.")
@click.option(
    "--insecure-scheduler",
    is_flag=True,
    help="Use a scheduler on another machine without TLS. Anyone who can reach it may run code.",
)
@click.option(
    "--certificate",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="PEM file with certificate and key, for HTTPS.",
)
@click.option(
    "--proxy", default="", metavar="ADDRESS", help="Address of a proxy with HTTPS; only its headers are trusted."
)
@click.option("--insecure", is_flag=True, help="Let other machines connect without HTTPS.")
@click.option("--hub", is_flag=True, help="Be a service of the JupyterHub that the environment names.")
@click.pass_context
def command(
    ctx: click.Context,
    host: str,
    port: int,
    data_dir: Path | None,
    database: str | None,
    blobs: str,
    config: Path | None,
    jobs: int | None,
    scheduler: str,
    insecure_scheduler: bool,
    certificate: Path | None,
    proxy: str,
    insecure: bool,
    hub: bool,
) -> None:
    """Serve courses on web pages: students hand in, watch the grading and read their reports.

    The first start prints a link with which the first administrator signs in.
    """
    from ..machine import systems

    systems.require_worker()
    place = ServerPlace(data_dir, database, blobs, config)
    if ctx.invoked_subcommand is not None:
        ctx.obj = place
        return
    require_packages()
    from ..executor import local
    from ..web import serving

    configuration = configuration_of(
        place,
        host=host,
        port=port,
        jobs=jobs or local.cores(),
        scheduler=scheduler,
        insecure_scheduler=insecure_scheduler,
        proxy=proxy,
        is_secure=bool(certificate or (proxy and not hub)),  # the proxy of a hub may be without HTTPS
    )
    if hub:
        typed = [name for name in ("host", "port") if ctx.get_parameter_source(name) is not ParameterSource.DEFAULT]
        configuration = serve_hub.with_hub(configuration, os.environ, typed)
    else:
        serve_hub.refuse_hub_login(configuration)
    serving.serve(configuration, certificate, insecure, click.echo)
