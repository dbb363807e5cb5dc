"""Jobs that run on time, once, and leave a record."""
