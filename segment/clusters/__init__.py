"""Find the segments, choose their number, and measure what each feature adds."""
