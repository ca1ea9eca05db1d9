"""What can be wrong with a rule's settings."""

__all__ = ["RuleError"]


class RuleError(ValueError):
    """A rule's settings make no sense: `rule` and `field` say which; `field` is None for an unknown rule."""

    def __init__(self, message: str, *, rule: str, field: str | None = None) -> None:
        super().__init__(message)
        self.rule = rule
        self.field = field
