"""Real services for the tests, each with its own port and its own temporary folder."""
