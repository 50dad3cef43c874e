"""Zip archives of pictures that are not trusted: the names of their files, and the bytes of one picture at a time."""
