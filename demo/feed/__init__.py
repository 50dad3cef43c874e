"""The pipeline's stream of enriched cases."""
