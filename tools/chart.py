"""Render the Helm chart for the tests: ``python tools/chart.py``, with ``pip install helm-python-sdk kubernetes-validate``.

Both packages are large, so the tests use what is recorded in ``tests/deploy/rendered/``. Each file has the digest of the chart
from which it was made.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
CHART = ROOT / "deploy" / "helm" / "grader"
RENDERED = ROOT / "tests" / "deploy" / "rendered"
VALUES: dict[str, dict[str, Any]] = {
    "default": {},
    "scaled": {
        "autoscaling": {"enabled": True},
        "worker": {"isolation": "medium"},
        "database": {"enabled": False, "host": "db.example.org"},
        "blobs": {"endpoint": "https://files.example.org"},
        "datasets": {"claimName": "datasets"},
        "telemetry": {"endpoint": "http://collector:4318"},
        "settings": {"secretName": "grader-settings"},
    },
}


def digest() -> str:
    """Return the digest of all files of the chart."""
    files = sorted(path for path in CHART.rglob("*") if path.is_file())
    parts = [path.relative_to(CHART).as_posix().encode() + b"\0" + path.read_bytes() for path in files]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def rendered(name: str) -> str:
    """Return the chart as Helm renders it with some values; the first line has the digest of the chart."""
    from helm_python import Chart  # type: ignore[import-not-found]

    with Chart.load(CHART) as chart:
        texts = chart.render(values=VALUES[name], name="demo")
    documents = (f"# {path}\n{texts[path].strip()}\n" for path in sorted(texts) if texts[path].strip())
    return f"# digest: {digest()}\n" + "---\n".join(documents)


if __name__ == "__main__":
    RENDERED.mkdir(exist_ok=True)
    for each in VALUES:
        (RENDERED / f"{each}.yaml").write_text(rendered(each))
