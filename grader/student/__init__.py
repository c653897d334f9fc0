"""Binds a submission's functions, classes and arrays by name, and calls them."""
