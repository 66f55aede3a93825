"""A panel of rows against all centers: the score that decides every label, and its two forms."""
