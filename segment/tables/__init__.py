"""Any table in: files, databases and data frames, cell for cell as they are written."""
