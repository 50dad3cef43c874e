"""Models that are made of other models: pipelines, searches, votes, stacks, bags, calibrations, comparisons of labels."""
