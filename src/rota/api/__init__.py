"""The REST API: one file a noun; each translates between HTTP and the services, and nothing more."""
