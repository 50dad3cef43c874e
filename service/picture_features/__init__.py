"""What is computed of a picture: an embedding, the texts on it, its price, its colours. Nightly jobs alone use it.

`picture_features.compute(image, digest)` returns all of it. It needs the group `pictures` of pyproject.toml to read texts.
"""
