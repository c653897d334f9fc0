"""The kinds of checks, each in a module of its name; :mod:`~grader.checks.runner` runs a check of any kind.

A check calls the submission and compares it with the reference through a :class:`~grader.checks.context.Context`, and
returns an :class:`~grader.checks.outcome.Outcome`. A submission that gives no answer raises
:class:`~grader.sandbox.failures.CallError`, which the caller turns into a status of the report.
"""
