"""What all clusterers compute with: scale, memory layout, the distance of two rows."""
