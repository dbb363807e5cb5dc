"""The measurements themselves: what they say, not how fast anything is."""
