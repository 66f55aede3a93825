"""What each column is: the questions of `segment.features.kinds` in their order, and the columns
that form segments."""
