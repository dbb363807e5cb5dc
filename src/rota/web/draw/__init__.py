"""Charts as SVG, made by the server: each a function from values to markup, and a table that says the same."""
