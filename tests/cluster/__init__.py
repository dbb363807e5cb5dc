"""Many processes on one database: schedulers, workers, web, brokers."""
