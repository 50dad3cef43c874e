"""The steps of a run sheet, and the way of its steps and changes to the service."""
