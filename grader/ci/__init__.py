"""Grades what is in the repository of a student, as its ``.grader.yml`` says, and reports to where it runs."""
