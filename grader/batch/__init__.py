"""Grades the submissions of a whole class, as course systems export them."""
