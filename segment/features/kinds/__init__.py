"""What a column is: one module per question. Each answer comes with the reason in one line.

`segment.features.columns.roles` puts the questions in order; a module here knows names and cells,
and nothing of features or segments.
"""
