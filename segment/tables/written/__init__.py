"""Cells as people write them: numbers, days, and the words that stand for nothing."""
