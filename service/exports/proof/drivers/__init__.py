"""Programs that run in processes of their own: each asks a file of a form, with the packages that the form needs."""
