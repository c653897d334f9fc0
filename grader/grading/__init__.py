"""Grades one submission, and validates an assignment with its solution, starters and known-wrong solutions."""
