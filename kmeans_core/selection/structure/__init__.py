"""Are the clusters groups? Pairs of clusters, single linkage, and one verdict."""
