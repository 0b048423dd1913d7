"""What the dashboards show, beyond the counts of a round: the week, the course, who answers for what, many rounds."""
