"""Searches the smallest inputs for which a function still fails. It knows neither submissions nor expected answers."""
