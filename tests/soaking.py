"""How far the long tests go."""

import os


def soaked(examples: int) -> int:
    """How many examples a long test plays: so many, or as many as SOAK_SECONDS where that is less."""
    seconds = os.environ.get("SOAK_SECONDS")
    return min(examples, max(2, int(seconds) // 4)) if seconds else examples
