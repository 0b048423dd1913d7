"""Supervision (督办): orders that must be answered, leaders' instructions (批示), and the papers of escalation."""
