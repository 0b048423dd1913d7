"""The pages of supervision: the list of papers, a paper, drafting one, and the templates."""
