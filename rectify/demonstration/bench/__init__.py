"""Measures how fast the application answers, beside the floor: what the same work costs without an application."""
