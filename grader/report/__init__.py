"""The report of one submission, and one renderer for each format."""
