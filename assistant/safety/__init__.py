"""What is risky and what the household demands before it is done."""
