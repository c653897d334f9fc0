"""Compares arrays, estimates statistics, and has the exception for an answer that cannot be right."""
