"""What the API and the dashboard share: who asks, what a request may hold, how a refusal looks, and what waits."""
