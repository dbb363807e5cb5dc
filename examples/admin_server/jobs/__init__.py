"""Jobs of the server's own, besides the ready-made ones; each is a class with run()."""
