"""Figures of progress as of any day, and the pages that show the ledger with them."""
