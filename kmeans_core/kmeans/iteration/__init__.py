"""Lloyd's loop, and what all algorithms share."""
