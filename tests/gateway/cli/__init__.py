"""The command line as a person or a script meets it: output, errors of one line, exit codes."""
