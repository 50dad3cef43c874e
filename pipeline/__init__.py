"""Pipeline: adds a model's predictions to a file or a stream of records, through the API.

from pipeline import enrich

summary = enrich("comment-sentiment", "comments.jsonl", "enriched.jsonl", url="http://127.0.0.1:8000")
"""

from pipeline.enrichment import Summary, enrich
from pipeline.errors import PipelineError, Stopped, Unusable, VersionChanged

__all__ = ["PipelineError", "Stopped", "Summary", "Unusable", "VersionChanged", "enrich"]
