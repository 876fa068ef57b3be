"""What `assistant skills new` writes: files in which `$name`, `$words` and `$title` are replaced."""
