"""What somebody hands over: the form of a model file, its sample and the packages that it needs. Nothing is opened here."""
