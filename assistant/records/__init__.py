"""What is remembered of each turn, and who may read it."""
