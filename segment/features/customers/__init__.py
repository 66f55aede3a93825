"""Which rows are customers: no blank rows, totals or copies, one row for each id."""
