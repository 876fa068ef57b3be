"""What a language model is told and what it may answer: instructions, examples, chat formats, the answer's language."""
