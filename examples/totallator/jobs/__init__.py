"""The predefined jobs, with their schedules and business logic."""
