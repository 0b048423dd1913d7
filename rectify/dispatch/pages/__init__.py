"""The pages of the weekly dispatch: this week for departments, the board for the office."""
