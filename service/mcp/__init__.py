"""The Model Context Protocol without HTTP: messages, revisions, tools, and what an assistant reads."""
