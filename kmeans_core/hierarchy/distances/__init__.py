"""Where distances between rows come from: vectors, given distances, and how both are searched."""
