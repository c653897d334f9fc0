"""Grades a student's repository as configured in ``.grader.yml``, and reports to the CI system that runs it."""
