"""The verbs through a server: what `app.Rota` answers from a database, answered by the API of another machine."""
