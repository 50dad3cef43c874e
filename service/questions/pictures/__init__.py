"""Why a model answers so for a picture: patches as players, the strongest region, and a sentence about it."""
