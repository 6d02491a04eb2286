"""Contract suites and fixtures for kowairo plug-ins."""
