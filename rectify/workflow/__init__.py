"""Transition tables, refusals and the append-only history. Knows no app."""
