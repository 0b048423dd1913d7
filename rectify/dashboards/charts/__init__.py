"""Pictures drawn on the server as SVG: each goes with a table that says the same, and can be taken away as a file."""
