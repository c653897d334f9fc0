"""The object that is bound to a name if its import failed: it raises an error only when it is used."""

from __future__ import annotations

from typing import Any, NoReturn

# Other dunder attributes are read by code that only inspects an object; reading one of these is a use of the module.
USED = ("__version__", "__file__", "__path__", "__all__")


class Absent:
    """Replaces a module, or a name of a module, that could not be imported; any use raises the error of the import."""

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
