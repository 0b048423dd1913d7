"""The figures of a round as of any day: read in as few statements as possible, then counted in one place."""
