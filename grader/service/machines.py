"""The machines of a cluster, which every web process and command may show: they are rows of the processes that grade."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ..executor.executor import Machine
from .health import SILENT
from .moments import now
from .tables import ClusterMachine


def store(session: Session, worker_id: str, machines: Sequence[Machine]) -> None:
    """Replace the machines that a process sees."""
    session.execute(delete(ClusterMachine).where(ClusterMachine.worker_id == worker_id))
    moment = now()
    session.add_all(ClusterMachine(worker_id=worker_id, seen=moment, **vars(machine)) for machine in machines)


def seen_lately(session: Session) -> list[Machine]:
    """Return the machines in the order of their addresses; one that fails for any process is shown so."""
    rows = session.scalars(select(ClusterMachine).where(ClusterMachine.seen > now() - SILENT))
    machines: dict[str, Machine] = {}
    for row in sorted(rows, key=lambda row: (row.address, row.is_working, not row.problem)):
        names = Machine.__dataclass_fields__
        machines.setdefault(row.address, Machine(**{name: getattr(row, name) for name in names}))
    return [*machines.values()]
