"""Rounds made up in the shape of the real one, any number of them, for measuring and for trying things at size."""
