"""In which form the values of a configuration may stand in a file, where it is not their own."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr

from dsp.mount import Mount

__all__ = ["File", "MqttVersion", "Place", "Secret", "Version"]

# A number that is no version stays one, and is complained of as what it is.
Version = Annotated[
    Literal["1", "2", "3", "auto"],
    BeforeValidator(lambda v: str(v) if type(v) is int and v in (1, 2, 3) else v),
]
MqttVersion = Annotated[
    Literal["3.1.1", "5", "auto"], BeforeValidator(lambda v: str(v) if type(v) is int and v == 5 else v)
]
# A file has no other form for these than text.
File = Annotated[Path, Field(strict=False)]
Place = Annotated[Mount, Field(strict=False)]
Secret = Annotated[SecretStr | None, Field(exclude=True)]
