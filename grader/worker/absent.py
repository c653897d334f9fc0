"""What is bound where an import has failed: nothing happens until somebody uses it."""

from __future__ import annotations

from typing import Any, NoReturn

# Asked for by whoever only looks at an object; of these names no module is used.
USED = ("__version__", "__file__", "__path__", "__all__")


class Absent:
    """Stands for a module, or for a name of one, that could not be imported; its use raises the error of the import."""

    def __init__(self, label: str, error: ImportError) -> None:
        object.__setattr__(self, "_absent", (label, type(error), str(error), error.name))

    def __getattr__(self, name: str) -> Any:
        if name.startswith(("__", "_repr_", "_ipython_")) and name not in USED:
            raise AttributeError(name)
        _fail(self)

    def __repr__(self) -> str:
        return f"<{object.__getattribute__(self, '_absent')[0]}, which could not be imported>"


def _fail(absent: Absent, *_: Any, **__: Any) -> NoReturn:
    _, kind, text, module = object.__getattribute__(absent, "_absent")
    error = kind if kind in (ImportError, ModuleNotFoundError) else ImportError
    raise error(text, name=module)


USES = (
    *("call", "setattr", "delattr", "getitem", "setitem", "delitem", "iter", "next", "reversed", "len", "contains"),
    *("enter", "exit", "aenter", "aexit", "await", "aiter", "anext", "mro_entries", "instancecheck", "subclasscheck"),
    *("bool", "int", "float", "complex", "index", "array", "lt", "le", "gt", "ge", "neg", "pos", "abs", "invert"),
    *("round", "format", "fspath"),
    *(f"{side}{name}" for side in ("", "r") for name in ("add", "sub", "mul", "matmul", "truediv", "floordiv")),
    *(
        f"{side}{name}"
        for side in ("", "r")
        for name in ("mod", "divmod", "pow", "lshift", "rshift", "and", "xor", "or")
    ),
)
for _use in USES:
    setattr(Absent, f"__{_use}__", _fail)
