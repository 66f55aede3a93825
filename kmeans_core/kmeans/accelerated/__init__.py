"""Exact accelerations of Lloyd, one per file, over one skeleton."""
