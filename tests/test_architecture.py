"""docs/architecture.md names every package, and imports follow its order: a package imports only packages below it."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "grader"
PAGE = (ROOT / "docs" / "architecture.md").read_text()
LINES = re.findall(r"^\| `grader/(\w+)/` \| (.+) \|$", PAGE, re.MULTILINE)
TOP = "grader"  # the package's own __init__ and __main__, above all layers
BOTTOM = "version"  # a single module, below all layers


def modules(root):
    """Return {dotted name: path} of all modules below ``root``, a package."""
    named = {}
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root.parent).with_suffix("").parts
        named[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return named


@cache
def parsed(path):
    return ast.parse(path.read_text())


def imports(name, path, named):
    """Return (module, line number) of every import of one of the modules ``named``, also inside functions."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    targets = []
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            targets += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package.rsplit(".", node.level - 1)[0] if node.level else ""
            base = ".".join(part for part in (above, node.module) if part)
            for alias in node.names:
                full = f"{base}.{alias.name}"
                targets.append((full if full in named else base, node.lineno))
    return [(target, line) for target, line in targets if target in named and target != name]


def layer(name):
    parts = name.split(".")
    return parts[1] if len(parts) > 1 and parts[1] != "__main__" else TOP


def upward(named, order):
    """Return a sentence for each import of a package that is above the importing one in ``order``, highest first."""
    height = {package: -position for position, package in enumerate([TOP, *order, BOTTOM])}
    offenders = [
        f"{name}, line {line}, imports {target}"
        for name, path in named.items()
        for target, line in imports(name, path, named)
        if height[layer(target)] > height[layer(name)]
    ]
    return list(dict.fromkeys(offenders))


def cycles(edges):
    """Return the sets of modules that import each other in a circle, by the algorithm of Tarjan."""
    index, low, stack, circles = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for neighbour in edges[node]:
            if neighbour not in index:
                visit(neighbour)
                low[node] = min(low[node], low[neighbour])
            elif neighbour in stack:
                low[node] = min(low[node], index[neighbour])
        if low[node] == index[node]:
            circle = [stack.pop()]
            while circle[-1] != node:
                circle.append(stack.pop())
            if len(circle) > 1:
                circles.append(sorted(circle))

    for node in edges:
        if node not in index:
            visit(node)
    return circles


def graph(named):
    return {name: {target for target, _ in imports(name, path, named)} for name, path in named.items()}


@pytest.fixture(scope="module")
def named():
    return modules(PACKAGE)


def test_page_has_one_line_for_each_package(named):
    packages = [package for package, _ in LINES]
    assert sorted(packages) == sorted({layer(name) for name in named} - {TOP, BOTTOM})
    assert all(len(line) < 200 for _, line in LINES)


def test_top_of_the_package_has_no_loose_modules():
    assert sorted(path.name for path in PACKAGE.glob("*.py")) == ["__init__.py", "__main__.py", "version.py"]


def test_packages_import_only_packages_below_them(named):
    offenders = upward(named, [package for package, _ in LINES])
    assert offenders == [], "\n".join(offenders)


def test_modules_do_not_import_each_other_in_a_circle(named):
    assert cycles(graph(named)) == []


def test_worker_imports_nothing_else_of_the_grader(named):
    for name, path in named.items():
        if layer(name) == "worker":
            assert {layer(target) for target, _ in imports(name, path, named)} <= {"worker"}, name


def test_modules_that_the_page_names_exist():
    paths = set(re.findall(r"`((?:[\w-]+/)*[\w-]+\.(?:py|yaml|json|md|toml))`", PAGE)) - {"assignment.yaml"}
    roots = (PACKAGE, ROOT)
    assert [path for path in sorted(paths) if not any((root / path).exists() for root in roots)] == []


@pytest.fixture
def small(tmp_path):
    """A package with an import upwards inside a function, and a circle of two modules."""
    texts = {
        "__init__.py": "",
        "high/__init__.py": "from ..low import a",
        "low/__init__.py": "",
        "low/a.py": "from . import b",
        "low/b.py": "def f():\n    from .a import g\n    import p.high",
    }
    for name, text in texts.items():
        (tmp_path / "p" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "p" / name).write_text(text)
    return modules(tmp_path / "p")


def test_import_upwards_is_reported_with_its_line(small):
    assert upward(small, ["high", "low"]) == ["p.low.b, line 3, imports p.high"]


def test_circle_of_imports_is_reported(small):
    assert cycles(graph(small)) == [["p.high", "p.low.a", "p.low.b"]]
