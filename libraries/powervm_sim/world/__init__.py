"""The world: what machines there are, where each partition runs, and what truly happened."""
