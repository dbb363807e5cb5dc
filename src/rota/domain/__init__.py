"""Pure rules: no input, no output, no clock. Everything above stands on this floor."""
