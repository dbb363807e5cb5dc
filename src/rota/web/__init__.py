"""The dashboard at /admin/cron: one file a page, which asks the services and fills a template, and nothing more."""
