"""What people would use instead: a program for each, run in an environment of its own, that prints what it measured."""
