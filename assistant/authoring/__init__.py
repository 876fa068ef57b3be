"""For authors of skills: beginning one, and checking it."""
