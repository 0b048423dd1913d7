"""Pages over everything that asks to be closed or was: acceptance, its meetings and rules, look-backs, doubts."""
