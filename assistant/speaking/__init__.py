"""What stands between an answer and the speaker."""
