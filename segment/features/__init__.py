"""A table becomes a matrix. `customers` finds its rows and `columns` what each column is, by the
questions in `kinds`; the modules here treat the numbers that come out."""
