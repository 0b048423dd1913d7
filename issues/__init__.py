"""Rounds of inspection, their headings, findings and sub-issues."""
