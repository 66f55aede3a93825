"""What a column is: one module per question. Each answer comes with the reason in one line.

The rooms around this one ask the questions in order (see `segment.features.roles`); a module here
knows names and cells, and nothing of features or segments.
"""
