"""A table and its packed forms."""
