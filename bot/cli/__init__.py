"""What each word of the command line does. Nothing heavy is imported before it is needed."""
