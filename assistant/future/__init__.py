"""What is kept of what will happen, when it is due, and what is done then."""
