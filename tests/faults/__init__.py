"""Faults: real processes are killed, frozen and cut off, and the rules hold each time."""
