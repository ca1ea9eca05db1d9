"""The post-run review: one self-contained HTML page a run."""

__all__: list[str] = []
