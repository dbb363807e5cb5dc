"""The jobs, one file each: each says its name, description, schedule and whether it is enabled, and executes."""
