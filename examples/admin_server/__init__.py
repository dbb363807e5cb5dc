"""An admin server: sessions, tokens, licences, reports, notifications, monitoring, backups.

…/examples/admin_server/admin-server setup && …/admin-server serve
"""
