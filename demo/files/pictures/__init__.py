"""The pictures of an uploaded file, whose answer holds their names alone."""
