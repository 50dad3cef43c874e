"""Features of small grey pictures: how strongly each part of a picture shows each of some learned patterns.

The patterns are the centres of k-means on whitened patches. Each patch answers each pattern with its likeness and with its
unlikeness, and the answers of neighbouring patches are averaged.

Source: Coates, Ng and Lee, An Analysis of Single-Layer Networks in Unsupervised Feature Learning, AISTATS 2011.
"""

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from service.publishing.conversion.graph import Graph

Floats = NDArray[np.float64]

_SAMPLES = 60_000
_MIN_CONTRAST = 12.0
"""A patch whose grey values deviate less from their mean is background."""
_NOISE, _MIN_VARIANCE = 0.01, 0.1
"""Added to the variance of a patch, and to that of each direction when patches are whitened."""
_OFFSET = 1e-3
"""Added before the square root, whose slope is infinite at 0."""
_MAX_GREY = 255.0
_PART = 128


class PatchFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Grey values (rows, side²) from 0 to 255 → features (rows, cells² · 2 · patterns)."""

    def __init__(
        self, side: int, *, patch: int = 5, step: int = 1, patterns: int = 40, cells: int = 6, seed: int = 0
    ) -> None:
        self.side = side
        self.patch = patch
        self.step = step
        self.patterns = patterns
        self.cells = cells
        self.seed = seed

    def fit(self, matrix: Floats, _truth: Any = None) -> "PatchFeatures":
        """Learn the patterns from patches drawn at random."""
        random = np.random.default_rng(self.seed)
        starts = np.arange(0, self.side - self.patch + 1, self.step)
        offsets = np.arange(self.patch)
        pixels = (offsets[:, None] * self.side + offsets).ravel()
        self.patches_ = (starts[:, None] * self.side + starts).ravel()[:, None] + pixels
        self.pooling_ = _pooling(len(starts), self.cells)
        rows = random.integers(0, len(matrix), _SAMPLES)
        sample = matrix[rows[:, None], self.patches_[random.integers(0, len(self.patches_), _SAMPLES)]]
        sample = sample[sample.std(axis=1) > _MIN_CONTRAST] / _MAX_GREY
        self.filters_ = _learn_filters(sample, self.patterns, self.seed) / _MAX_GREY
        return self

    def transform(self, matrix: Floats) -> Floats:
        """Return the features."""
        return np.concatenate([self._transform(matrix[at : at + _PART]) for at in range(0, len(matrix), _PART)])

    def _transform(self, matrix: Floats) -> Floats:
        patches = matrix[:, self.patches_]
        likeness = self.pooling_ @ np.maximum(patches @ self.filters_, 0)
        # max(−x, 0) is max(x, 0) − x, and the mean of x is that of the patches times the filters.
        both = np.concatenate([likeness, likeness - (self.pooling_ @ patches) @ self.filters_], axis=2)
        features: Floats = np.sqrt(both.reshape(len(matrix), -1) + _OFFSET)
        return features

    def add_to_graph(self, graph: Graph, matrix: str) -> str:
        """Add the same computation to a graph of ONNX; return the name of the features."""
        count, size = self.patches_.shape
        graph.note_width(2 * count * (size + 2 * self.patterns))  # a part that fits into the cache is scored twice as fast
        patches, filters = (
            graph.add("Gather", [matrix, graph.constant(self.patches_)], axis=1),
            graph.constant(self.filters_),
        )
        pooling = graph.constant(self.pooling_)
        answers = graph.add("Max", [graph.add("MatMul", [patches, filters]), graph.constant(0.0)])
        likeness = graph.add("MatMul", [pooling, answers])
        mean = graph.add("MatMul", [graph.add("MatMul", [pooling, patches]), filters])
        both = graph.add("Concat", [likeness, graph.add("Sub", [likeness, mean])], axis=2)
        flat = graph.add("Reshape", [both, graph.constant([-1, self.pooling_.shape[0] * 2 * self.patterns])])
        return graph.add("Sqrt", [graph.add("Add", [flat, graph.constant(_OFFSET)])])


def _pooling(count: int, cells: int) -> Floats:
    """Return the matrix (cells², count²) that averages a square of count × count patches in cells × cells parts."""
    ends = np.round(np.linspace(0, count, cells + 1)).astype(int)
    parts = np.zeros((cells, count))
    for cell, (begin, end) in enumerate(pairwise(ends.tolist())):
        parts[cell, begin:end] = 1 / (end - begin)
    return np.asarray(np.kron(parts, parts), dtype=np.float64)


def _learn_filters(patches: Floats, patterns: int, seed: int) -> Floats:
    """Return one filter for each pattern (pixels, patterns): the product of a patch with it says how alike they are."""
    from sklearn.cluster import MiniBatchKMeans

    centred = patches - patches.mean(axis=1, keepdims=True)
    even = centred / np.sqrt(centred.var(axis=1, keepdims=True) + _NOISE)
    variances, directions = np.linalg.eigh(np.cov(even.T))
    whitening = directions @ np.diag(1 / np.sqrt(variances + _MIN_VARIANCE)) @ directions.T
    whitened = (even - even.mean(axis=0)) @ whitening
    means = MiniBatchKMeans(patterns, batch_size=2048, n_init=1, max_iter=30, random_state=seed).fit(whitened)
    centres = means.cluster_centers_ / np.linalg.norm(means.cluster_centers_, axis=1, keepdims=True)
    filters = whitening @ centres.T
    return np.asarray(filters - filters.mean(axis=0))
