"""Plumbing of pages and the API: problem details, paged lists, days in addresses, acts. Knows workflow alone."""
