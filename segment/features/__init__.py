"""A table becomes a matrix: rows that are customers, what each column is, and numbers from both."""
