"""What the segments mean: profiles, charts, the report and the files of a result."""
