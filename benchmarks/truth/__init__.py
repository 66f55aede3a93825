"""Generated tables whose groups are known, and how often a chooser is right about them."""
