"""All SQL, as small functions `f(conn, …) -> domain value`.

What differs between SQLite and PostgreSQL stays in `database`, `bell` and `rows`.
"""
