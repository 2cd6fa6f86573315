"""What happens each time that a marked loop is reached."""
