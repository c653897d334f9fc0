"""Compares arrays and estimates statistics; knows nothing of submissions."""
