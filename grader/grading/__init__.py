"""Grades one submission, and proves an assignment with its own submissions."""
