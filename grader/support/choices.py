"""The closed sets of words that several packages share: command-line options, configuration files, reports."""

from __future__ import annotations

from typing import Literal, get_args

Level = Literal["strong", "medium", "none"]
"""The isolation level of the workers that run student code, strictest first."""

Engine = Literal["shell", "kernel"]
"""The program that executes notebooks: IPython's shell in the worker itself, or a Jupyter kernel."""

Device = Literal["auto", "cpu", "gpu"]
"""The device that TensorFlow is asked to use."""

LEVELS: tuple[Level, ...] = get_args(Level)
ENGINES: tuple[Engine, ...] = get_args(Engine)
DEVICES: tuple[Device, ...] = get_args(Device)

DEFAULT_ENGINE: Engine = "shell"
