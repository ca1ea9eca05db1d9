"""The sizes of each gait's curves.

Shapes and sizes: shank angle and rate in running after Novacheck 1998 and Cavanagh 1987 (shank nearly upright
at initial contact, about 50 deg forward lean at toe-off, knee bent over 90 deg in swing); walking after
Winter 1991 and Perry 1992. Foot pitch at initial contact after Altman and Davis 2012 (rearfoot above 8 deg,
forefoot below -1.6 deg). The extremum of the pitch rate at toe-off is that of Falbriard et al. 2018.
"""

from dataclasses import dataclass, replace

__all__ = ["INVERSION_DEG", "SHAPES", "SHOE_SHAPES", "STRIKE_PITCH", "Shape"]


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of one gait's curves, degrees and metres, at a slow and a fast speed of it."""

    speeds_mps: tuple[float, float]
    shank_reach: tuple[float, float]  # greatest angle at the end of the swing
    shank_at_contact: tuple[float, float]  # how far it has come back from there at initial contact
    shank_stance: tuple[float, float]  # forward rotation over the planted foot
    shank_kick: tuple[float, float]  # further rotation around toe-off
    kick: tuple[
        float, float, float
    ]  # from before to after toe-off, shares of the contact; share of speeding up
    foot_strike: tuple[float, float]  # pitch at initial contact, rearfoot
    foot_push: tuple[float, float]  # lowest pitch after toe-off
    clearance_m: tuple[float, float]
    spring_m: tuple[float, float]  # how far the foot springs up at toe-off before it swings
    flat_share: float  # of the contact until the foot is flat
    slap_rise: float  # share of that in which the pitch rate grows
    heel_off: float  # share of the contact
    push_share: float  # of the push-off's pitch before toe-off; the rest follows as the heel swings up
    lift_before_s: float  # toe-off, the foot begins to be lifted
    spring_before_s: float  # toe-off, it begins to spring up
    lift_until: float  # share of the swing in which the foot is lifted
    push_rise: float  # asymmetry of the push-off's pitch rate
    shank_swing: tuple[float, float]  # when in the swing the shank comes forward
    shank_rise: float  # share of that in which it speeds up
    foot_swing: tuple[float, float]  # when in the swing the foot turns up
    travel: tuple[
        float, float, float
    ]  # starts so long before toe-off, s; shares of speeding up, slowing down

    def at(self, name: str, speed_mps: float) -> float:
        """The named pair of values at a speed, between and a little beyond speeds_mps."""
        slow, fast = getattr(self, name)
        low, high = self.speeds_mps
        share = min(1.3, max(0.0, (speed_mps - low) / (high - low)))
        return float(slow + share * (fast - slow))


RUN = Shape(
    speeds_mps=(2.2, 4.5),
    shank_reach=(13.0, 16.0),
    shank_at_contact=(6.0, 8.0),
    shank_stance=(46.0, 50.0),
    shank_kick=(38.0, 68.0),
    kick=(0.45, 0.55, 0.48),
    foot_strike=(12.0, 18.0),
    foot_push=(-74.0, -94.0),
    clearance_m=(0.08, 0.20),
    spring_m=(0.0, 0.07),
    flat_share=0.24,
    slap_rise=0.5,
    heel_off=0.36,
    push_share=0.78,
    lift_before_s=0.10,
    spring_before_s=0.025,
    lift_until=0.33,
    push_rise=0.56,
    shank_swing=(0.20, 0.965),
    shank_rise=0.52,
    foot_swing=(0.24, 1.0),
    travel=(0.06, 0.5, 0.39),
)
WALK = Shape(
    speeds_mps=(0.9, 1.9),
    shank_reach=(19.0, 24.0),
    shank_at_contact=(2.0, 4.0),
    shank_stance=(38.0, 44.0),
    shank_kick=(32.0, 36.0),
    kick=(0.36, 0.26, 0.55),
    foot_strike=(14.0, 26.0),
    foot_push=(-56.0, -76.0),
    clearance_m=(0.02, 0.05),
    spring_m=(0.0, 0.0),
    flat_share=0.2,
    slap_rise=0.35,
    heel_off=0.5,
    push_share=1.0,
    lift_before_s=0.10,
    spring_before_s=0.025,
    lift_until=0.48,
    push_rise=0.70,
    shank_swing=(-0.08, 0.92),
    shank_rise=0.48,
    foot_swing=(0.0, 0.9),
    travel=(0.12, 0.5, 0.5),
)
STAIRS = Shape(
    speeds_mps=(0.4, 0.9),
    shank_reach=(3.0, 5.0),
    shank_at_contact=(2.0, 2.0),
    shank_stance=(20.0, 22.0),
    shank_kick=(38.0, 42.0),
    kick=(0.3, 0.3, 0.5),
    foot_strike=(2.0, 3.0),
    foot_push=(-45.0, -50.0),
    clearance_m=(0.10, 0.12),
    spring_m=(0.0, 0.0),
    flat_share=0.2,
    slap_rise=0.45,
    heel_off=0.6,
    push_share=1.0,
    lift_before_s=0.10,
    spring_before_s=0.025,
    lift_until=0.5,
    push_rise=0.6,
    shank_swing=(0.05, 0.95),
    shank_rise=0.5,
    foot_swing=(0.06, 0.9),
    travel=(0.1, 0.5, 0.45),
)
# The knee is lifted, or the heel, over a foot that comes down on its ball where it was.
MARCH = replace(
    STAIRS,
    shank_reach=(4.0, 4.0),
    shank_at_contact=(2.0, 2.0),
    shank_stance=(2.0, 2.0),
    shank_kick=(25.0, 25.0),
    kick=(0.1, 0.35, 0.5),
    foot_strike=(-6.0, -6.0),
    foot_push=(-35.0, -35.0),
    clearance_m=(0.12, 0.12),
)
JOG = replace(
    MARCH,
    shank_kick=(50.0, 50.0),
    foot_strike=(-9.0, -9.0),
    foot_push=(-60.0, -60.0),
    clearance_m=(0.15, 0.15),
)
# A shoe is quiet until the toe has left, and then at once in the air (recorded: vicon_shoe, ble_foot). The
# gentler lift of the shin's ankle was chosen to fit recorded shanks.
SHOE_RUN = replace(RUN, lift_before_s=0.02, spring_before_s=0.005, lift_until=0.38, travel=(0.03, 0.5, 0.39))
SHAPES = {"run": RUN, "walk": WALK, "stairs": STAIRS, "march-in-place": MARCH, "jog-in-place": JOG}
SHOE_SHAPES = {**SHAPES, "run": SHOE_RUN}
STRIKE_PITCH = {"mid": 2.0, "fore": -9.0}
# The foot lands on its outer edge and rolls flat: pronation.
INVERSION_DEG = 7.0
