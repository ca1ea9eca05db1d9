"""A process that fuzzes one target: `python -m tests.fuzz.one TARGET [libFuzzer's options]`."""

import sys

import atheris  # type: ignore[import-untyped]

__all__: list[str] = []

# Ours is what must be covered; instrumenting the libraries would only slow it down.
with atheris.instrument_imports(include=["ingest", "kneeload", "dsp", "alerts", "mcap", "tomllib"]):
    from tests.fuzz.targets import TARGETS


def main() -> None:
    target = TARGETS[sys.argv[1]]
    atheris.Setup([sys.argv[0], *sys.argv[2:]], target.run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
