"""Measures that answer sub-issues: their workflow, evidence and history, and closure that needs both rooms."""
