"""Looking back (回头看): samples drawn of what was closed, what was found, and the remarks that must be answered."""
