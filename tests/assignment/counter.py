"""A small assignment with a class whose objects keep a sum."""

from __future__ import annotations

CONTENT = """\
name: counter
version: 1
title: A counter
reference: reference.py
classes:
  Counter:
    signature: (start)
    aliases: [Sum]
    methods:
      add: {signature: (number), returns: [total], aliases: [plus]}
      reset: {}
    steps:
      start: {total: start}
      add: {total: total + number}
      reset: {total: start}
probes:
  numbers: {inputs: {start: 2.5, n1: {random: normal, shape: [3]}, n2: {random: normal, shape: [3]}}}
checks:
  - {name: sum, title: t, kind: sequence, class: Counter, calls: [[add, {number: n1}], [reset], [add, {number: n2}], [add, {number: n1}]], probes: [numbers], points: 1}
  - name: two
    title: t
    kind: sequence
    objects: {one: {class: Counter}, two: {class: Counter, construct: {start: 4.0}}}
    calls: [[one.add, {number: n1}], [two.add, {number: n2}], [one.add, {number: n2}]]
    probes: [numbers]
    points: 1
"""
REFERENCE = """\
class Counter:
    def __init__(self, start):
        self.total = self.start = start

    def add(self, number):
        self.total = self.total + number
        return self.total

    def reset(self):
        self.total = self.start
"""


def write(folder, content=CONTENT):
    """Write the assignment to a folder and return its path."""
    folder.mkdir(exist_ok=True)
    (folder / "assignment.yaml").write_text(content)
    (folder / "reference.py").write_text(REFERENCE)
    return folder
