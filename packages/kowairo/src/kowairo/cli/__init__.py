"""The kowairo command: it parses, calls the libraries, and reports errors in one line."""
