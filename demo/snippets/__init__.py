"""A request about one row as code in several languages: what an engineer copies into another program."""
