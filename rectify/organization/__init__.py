"""Organisations, departments, leaders, people and the roles that they hold; sign-in."""
