"""Tasks that jobs made through the API and the command line may name."""
