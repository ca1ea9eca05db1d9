"""Foot contact methods of the literature, written from their descriptions."""

from benchmarks.peers.aubol_2020 import AUBOL_2020
from benchmarks.peers.chew_2018 import CHEW_2018
from benchmarks.peers.fadillioglu_2020 import FADILLIOGLU_2020
from benchmarks.peers.falbriard_2018 import FALBRIARD_2018
from benchmarks.peers.mercer_2003 import MERCER_2003
from benchmarks.peers.method import Method
from benchmarks.peers.purcell_2006 import PURCELL_2006
from benchmarks.peers.schmidt_2016 import SCHMIDT_2016
from benchmarks.peers.sinclair_2013 import SINCLAIR_2013
from benchmarks.peers.van_den_berghe_2021 import VAN_DEN_BERGHE_2021

__all__ = ["PEERS", "Method"]

PEERS: tuple[Method, ...] = (
    MERCER_2003,
    PURCELL_2006,
    SINCLAIR_2013,
    SCHMIDT_2016,
    FALBRIARD_2018,
    CHEW_2018,
    AUBOL_2020,
    FADILLIOGLU_2020,
    VAN_DEN_BERGHE_2021,
)
