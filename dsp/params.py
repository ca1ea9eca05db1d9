"""Everything of the signal core that can be chosen; the defaults are the ones that were validated."""

from dataclasses import dataclass

__all__ = ["Params"]


@dataclass(frozen=True, slots=True)
class Params:
    """Settings of one pipeline, in seconds and units of motion: numbers of samples follow from the rate."""

    look_s: float = 0.05
    """No two looks at the stream are closer together than this."""
    history_s: float = 12.0
    """Samples kept: the longest look-back when a bout opens."""
    max_filled: int = 2
    """Lost samples in a row that are interpolated; more of them are a gap that nothing is measured across."""
    max_void_s: float = 1.0
    """A longer gap ends the bout."""
    gate_hz: float = 7.0
    """Low-pass of the gating signals: keeps the swing lobe, drops the impact."""
    min_stride_s: float = 0.44
    """273 steps/min: what repeats faster is no stride. (A bout opens from dsp.rhythm's SHORTEST_S on.)"""
    max_stride_s: float = 2.0
    """Walking at 60 steps/min."""
    open_strides: int = 3
    """Alike strides in a row before anything is called gait."""
    min_swing_dps: float = 70.0
    """A swing that rotates slower than this is a shuffle."""
    min_jolt_g_per_s: float = 25.0
    """Smoothed jerk at the contact below which nothing hit the ground, but for a slow walker's shin:"""
    faint_jolt_g_per_s: float = 16.0
    """enough with a gyroscope, where each stride is like the one before as with clockwork, and the leg quiet
    in between. What jolts any fainter may be the swing or the push-off."""
    metric_hz: float = 60.0
    """Dual-pass low-pass for peaks (Sinclair 2013 uses the same cut-off)."""
    low_rate_hz: float = 190.0
    """Below this, peaks are read low (Aubol and Milner: 199 Hz suffices)."""
    above_ankle_m: float = 0.10
    """Height of a shin sensor above the ankle joint; a centimetre more is about 1 % more speed."""
