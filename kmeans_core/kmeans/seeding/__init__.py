"""Where a run starts: k-means++ and its kin."""
