"""The lock of the files of a server: a backup and an inspection read them, and a purge deletes those that nothing needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from . import data_folder
from .service import Service

NUMBER = 7_236_002  # any number that no other program uses in this database


@contextmanager
def held(service: Service) -> Iterator[None]:
    """Let nobody else read all files, or delete some, meanwhile; other machines with the same database wait as well."""
    with data_folder.keeping_blobs(service.configuration.data_dir):
        if service.database.is_sqlite:
            yield
            return
        with service.database.engine.connect() as connection:
            # A backup takes longer than other locks may.
            connection.exec_driver_sql("SELECT set_config('lock_timeout', '0', true)")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({NUMBER})")
            yield
