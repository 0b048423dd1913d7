"""The ledger page and the split table: the whole tree of a round, narrowed down, ordered, taken away as a file."""
