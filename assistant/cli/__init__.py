"""The command line: a file for each group of commands. Results go to stdout, all else to stderr."""
