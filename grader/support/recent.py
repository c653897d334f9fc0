"""Values that were used recently, up to a number of bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")

OVERHEAD = 1000  # bytes of the Python objects of an entry, about


class Recent(Generic[Value]):
    """Values by key. Together they have at most ``most`` bytes: those that were not used for the longest time are dropped.

    Several threads may use it.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._entries: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Value | None:
        """Return the value of ``key``, or None."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            self._entries.move_to_end(key)
            return entry[0]

    def add(self, key: Hashable, value: Value, size: int) -> None:
        """Add a value of ``size`` bytes; a value that is too large alone is not added."""
        size += OVERHEAD
        if size > self._most:
            return
        with self._lock:
            _value, earlier_size = self._entries.pop(key, (None, 0))
            self._entries[key] = value, size
            self._size += size - earlier_size
            while self._size > self._most:
                _key, (_value, dropped_size) = self._entries.popitem(last=False)
                self._size -= dropped_size

    def items(self) -> list[tuple[Hashable, Value]]:
        """Return all keys and values, those used last at the end."""
        with self._lock:
            return [(key, value) for key, (value, _size) in self._entries.items()]

    def __len__(self) -> int:
        return len(self._entries)
