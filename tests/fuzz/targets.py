"""Everything that is attacked, by name."""

from typing import Final

from tests.fuzz.files import (
    attack_config,
    attack_csv,
    attack_mcap,
    attack_parquet,
    config_seeds,
    csv_seeds,
    mcap_seeds,
    parquet_seeds,
)
from tests.fuzz.makers import attack_makers, maker_seeds
from tests.fuzz.rows import attack_journal, attack_rows, journal_seeds, row_seeds
from tests.fuzz.shown import attack_names, attack_page, attack_terminal, name_seeds, page_seeds
from tests.fuzz.target import Target
from tests.fuzz.wire import attack_decoders, attack_run, decoder_seeds, run_seeds

__all__ = ["TARGETS"]

TARGETS: Final[dict[str, Target]] = {
    target.name: target
    for target in (
        Target("decoders", attack_decoders, decoder_seeds, longest=252),
        Target("makers", attack_makers, maker_seeds, longest=1024),
        Target("run", attack_run, run_seeds, longest=1024),
        Target("mcap", attack_mcap, mcap_seeds, longest=8192),
        Target("csv", attack_csv, csv_seeds, longest=4096),
        Target("parquet", attack_parquet, parquet_seeds, longest=8192),
        Target("config", attack_config, config_seeds, longest=4096),
        Target("rows", attack_rows, row_seeds, longest=2048),
        Target("names", attack_names, name_seeds, longest=512),
        Target("terminal", attack_terminal, name_seeds, longest=128),
        Target("journal", attack_journal, journal_seeds, longest=2048),
        Target("page", attack_page, page_seeds, longest=512),
    )
}
