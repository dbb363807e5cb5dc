"""The product inside of another program."""
