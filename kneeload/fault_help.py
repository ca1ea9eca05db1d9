"""The help of commands that take --fault: which faults there are, each with a value that works."""

from typing import Any

from typer.core import TyperCommand, TyperOption

__all__ = ["CommandWithFaults"]


class CommandWithFaults(TyperCommand):
    """Asks the simulator only when help is asked for: the other commands never load it."""

    def get_help(self, ctx: Any) -> str:
        from firmware_sim.faults import FAULTS

        examples = ", ".join(f"{fault.name}={fault.example}" for fault in FAULTS)
        for option in self.params:
            if isinstance(option, TyperOption) and option.name == "fault":
                option.help = f"{option.help} There are {examples}; MOUNT:NAME=VALUE is one sensor's."
        return super().get_help(ctx)
