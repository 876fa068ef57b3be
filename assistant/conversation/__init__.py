"""What is said in turn: questions and answers, what was meant, and what is said about it."""
