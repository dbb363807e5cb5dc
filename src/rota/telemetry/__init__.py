"""What rota says of itself while it works: its log, and spans for who traces."""
