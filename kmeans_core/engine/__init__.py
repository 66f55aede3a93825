"""How a kernel is compiled and run. Knows nothing of clustering."""
