"""Plumbing of pages and the API: problem details, paged lists, days in addresses, act endpoints. Knows workflow alone."""
