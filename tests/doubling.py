"""A tiny assignment with checks of every visibility, and submissions to it."""

from __future__ import annotations

ASSIGNMENT = """
name: doubling
version: "1"
title: Two small functions
reference: reference.py
limits: {load_seconds: 6, call_seconds: 2, total_seconds: 20, memory_mb: 256, processes: 24, open_files: 128, disk_mb: 8}
grading: {due: 2026-11-20 23:59:00+01:00, grace_hours: 1, percent_a_day: 10, rounding: 0.5}
functions:
  double: {signature: (x), returns: [y]}
  total: {signature: (x), returns: [sum]}
probes:
  numbers: {times: 2, inputs: {x: {draw: normal, shape: [4]}}}
  secret: {inputs: {x: {draw: normal, shape: [977]}}}
checks:
  - {name: double, title: double(x) is 2 x, kind: values, function: double, probes: [numbers], points: 50}
  - {name: total, title: total(x) is the sum, kind: values, function: total, probes: [numbers], points: 30, requires: [double]}
  - {name: long, title: total(x) of many, kind: values, function: total, probes: [secret], points: 20, visibility: hidden}
  - {name: note, title: double(x) of many, kind: values, function: double, probes: [secret], points: 0, visibility: instructor}
"""
REFERENCE = """
import numpy as np


def double(x):
    return 2 * np.asarray(x)


def total(x):
    return np.sum(x)
"""
RIGHT = "def double(x):\n    return 2 * x\n\ndef total(x):\n    return sum(x)\n"
WRONG = "def double(x):\n    return 3 * x\n\ndef total(x):\n    return sum(x)\n"
SHORT = "def double(x):\n    return 2 * x\n\ndef total(x):\n    return sum(x[:9])\n"  # fails only the hidden check
BROKEN = "def double(x:\n"
