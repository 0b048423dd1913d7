"""The pages of the overview (整改总览): the round, the wall chart, reporting, owners, two days, many rounds."""
