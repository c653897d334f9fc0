"""Measures the checks of an assignment with mutants: copies of its solution, each with one mistake."""
