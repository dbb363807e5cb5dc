"""The tests: the same tree as src/rota, each file a page of the specification."""
