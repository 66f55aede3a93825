"""What stands around a table in a file: notes above it, its header, units below that, and totals.

It works on rows of texts, so it is the same for text files and workbooks.
"""
