"""The command line of a management console: one file for each family of commands."""
