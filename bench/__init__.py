"""Measurements: each module that has a main() is one, and prints what it measured."""
