"""Marks and comments that a person gives: read from ``overrides.csv``, and applied to reports."""
