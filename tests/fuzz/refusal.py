"""How something may be refused."""

__all__ = ["fit_to_show"]


def fit_to_show(error: Exception) -> None:
    """What a person is shown is one line, and nothing in it is obeyed by a terminal."""
    text = str(error)
    assert text
    assert text.isprintable(), ascii(text)
