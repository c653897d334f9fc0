"""Starts the worker process that runs student code, confines it, sends it requests and ends it."""
