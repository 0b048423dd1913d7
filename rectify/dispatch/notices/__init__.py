"""Notices: who is told what, when, and by which way; the outbox that keeps each from being lost or told twice."""
