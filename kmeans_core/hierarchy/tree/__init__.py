"""What is done with a linkage matrix: cut it, list its leaves, draw it, walk it."""
