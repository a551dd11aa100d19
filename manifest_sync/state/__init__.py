"""SQLite: the digest cache, which may be lost, and the state, which may not."""
