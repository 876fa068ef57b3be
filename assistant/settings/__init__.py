"""How settings are read, checked and described."""
