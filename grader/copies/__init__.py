"""Compares the submissions of a class with each other: identical files, and passages that two submissions share."""
