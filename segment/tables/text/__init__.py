"""Text files: their encoding, their lines, their delimiter and the shape of the table."""
