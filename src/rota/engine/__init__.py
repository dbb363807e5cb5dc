"""What happens by itself: each part has a tick that says what it did."""
