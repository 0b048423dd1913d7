"""The pages of measures and sub-issues: what they show, and the forms that call the services."""
