"""rota inside of another program: its life, and its verbs in Python. A face that translates, like the others."""
