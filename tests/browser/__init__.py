"""Walks through the pages in a real browser, over a real server, by each role."""
