"""A journal of accounts: imports, filters, a language model that sums up, backups, file checks.

…/examples/totallator/totallator setup && …/totallator serve     and then /admin/cron
"""
