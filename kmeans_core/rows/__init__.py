"""The floor under all clusterers: the scale of rows, their layout in memory, their distance."""
