"""``get_ipython()`` and ``display()`` for a notebook that was exported as a module, without IPython."""

from __future__ import annotations

import builtins
import os
import types
from collections.abc import Callable
from typing import Any

from . import commands, hooks, magics

RUN_AS_CODE = ("time", "timeit", "prun", "capture", "debug")
SHELLS = ("bash", "sh", "system", "script", "!", "sx")


class UnknownMagic(Exception):
    """The exception for an unknown magic."""


UnknownMagic.__name__ = UnknownMagic.__qualname__ = "UsageError"  # students see the name of IPython's exception


class Shell:
    """A minimal notebook shell: it runs code and commands and ignores the rest, except that an unknown magic fails."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self.user_ns = namespace
        self._has_extensions = False

    def system(self, command: str) -> None:
        """Run ``!command``."""
        commands.run(command)

    def getoutput(self, command: str, *_: Any, **__: Any) -> list[str]:
        """Return the lines of ``lines = !command``."""
        return commands.output(command).splitlines()

    def run_line_magic(self, name: str, line: str = "", *_: Any, **__: Any) -> Any:
        """Run ``%name line``."""
        if name in ("cd", "pushd"):
            commands.change_folder(line)
        elif name in ("pip", "conda"):
            commands.run(f"{name} {line}")
        elif name in SHELLS:
            commands.run(line)
        elif name in ("env", "set_env") and (pair := line.replace("=", " ", 1).split(None, 1))[1:]:
            os.environ[pair[0]] = pair[1]
        elif name == "run" and os.path.exists(line.strip()):
            with open(line.strip(), encoding="utf-8-sig") as file:
                self.ex(file.read())
        elif name == "time":
            self.ex(line)
        elif name in ("load_ext", "reload_ext"):
            self._has_extensions = True  # nothing is loaded, and the names of its magics are not known
        elif name not in magics.LINE and not self._has_extensions:
            raise UnknownMagic(f"Line magic function `%{name}` not found.")
        return None

    def run_cell_magic(self, name: str, line: str = "", cell: str = "", *_: Any, **__: Any) -> Any:
        """Run a cell that begins with ``%%name line``."""
        if name in RUN_AS_CODE:
            self.ex(cell)
        elif name in SHELLS:
            commands.run(cell)
        elif name in ("writefile", "file"):
            append = line.split()[:1] == ["-a"]
            with open(line.removeprefix("-a").strip(), "a" if append else "w", encoding="utf-8") as file:
                file.write(cell)
        elif name not in magics.CELL:
            raise UnknownMagic(f"Cell magic `%%{name}` not found.")
        return None

    def magic(self, text: str) -> Any:
        """Run ``%text``, in the form that older versions export."""
        name, _, line = text.partition(" ")
        return self.run_line_magic(name.lstrip("%"), line)

    def ex(self, code: str) -> None:
        """Run code in the submission's namespace."""
        exec(code, self.user_ns)

    run_cell = ex

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Nothing()


class _Nothing:
    """Replaces all other attributes of a shell: every access and every call succeeds."""

    def __call__(self, *_: Any, **__: Any) -> _Nothing:
        return self

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self


def display(*values: Any, **_: Any) -> None:
    """Print the values, as ``display`` does outside of a notebook."""
    for value in values:
        print(repr(value))


def install(namespace: dict[str, Any]) -> None:
    """Provide both functions to the submission with this ``namespace``, also by ``from IPython import get_ipython``."""
    shell = Shell(namespace)

    def get_ipython() -> Shell:
        return shell

    def replace(module: types.ModuleType) -> None:
        module.get_ipython = get_ipython  # type: ignore[attr-defined]

    added: dict[str, Callable[..., Any]] = {"get_ipython": get_ipython, "display": display}
    vars(builtins).update(added)
    hooks.after_import("IPython", replace)
