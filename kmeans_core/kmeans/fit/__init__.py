"""From settings to a result; nothing here computes a distance."""
