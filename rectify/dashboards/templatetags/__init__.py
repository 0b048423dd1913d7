"""Template tags of the pages with figures."""
