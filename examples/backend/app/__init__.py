"""Items with embeddings: a small application on ``syntax_guard.backend``."""
