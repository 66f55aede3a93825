"""Tables without groups, to compare a table with."""
