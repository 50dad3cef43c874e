"""Models over a matrix of numbers that are neither trees nor linear: neighbours, kernels, networks, Bayes, outliers."""
