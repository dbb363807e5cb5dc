"""A database to look at: three months of believable history, made up from a seed."""
