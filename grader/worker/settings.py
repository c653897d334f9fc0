"""The settings of a layer, optimizer, loss or callback."""

from __future__ import annotations

from typing import Any


def settings(thing: Any) -> str:
    """Return the settings of a Keras object as a string, without names and seeds, to compare two objects."""
    config = thing.get_config() if hasattr(thing, "get_config") else vars(thing) if hasattr(thing, "__dict__") else {}
    fields = {
        str(key): str(value)[:300]
        for key, value in config.items()
        if key not in ("name", "seed", "build_config") and isinstance(value, int | float | str | dict | type(None))
    }
    return f"{type(thing).__name__} {sorted(fields.items())}"[:4000]
