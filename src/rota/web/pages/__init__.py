"""The pages of the dashboard, one file each; its template has the same name."""
