"""Starts, confines, asks and ends the worker process that runs student code."""
