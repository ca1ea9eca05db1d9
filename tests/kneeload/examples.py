"""Results of every kind for tests of the way out, plain and as Hypothesis strategies."""

from hypothesis import strategies as st

from alerts.alert import Alert
from alerts.rules import RULES
from dsp.mount import Mount
from dsp.stride import Stride
from kneeload.results import Result, SensorHealth, Summary

__all__ = ["STARTED_NS", "a_run", "alert", "health", "results", "stride", "summary"]

STARTED_NS = 1_767_225_600_000_000_000  # 2026-01-01T00:00:00Z


def stride(number: int, mount: Mount = Mount.LEFT_SHIN, *, t_us: int | None = None) -> Stride:
    """A foot contact, 0.7 s after the one before unless t_us says otherwise."""
    t_us = number * 700_000 + 123_456 if t_us is None else t_us
    return Stride(
        stride=number,
        mount=mount,
        initial_contact_us=t_us,
        toe_off_us=t_us + 250_000,
        contact_time_s=0.25,
        flight_time_s=0.1,
        stride_time_s=0.7 if number else None,
        cadence_spm=171.5,
        activity="run",
        peak_resultant_g=9.75 + number / 128,
        peak_axial_g=8.5,
        jerk_g_per_s=812.0,
        clipped=False,
        gap=number % 7 == 6,
        quality=0.9,
        filter="lp60",
        contact_method="jerk",
        toe_off_method="gyro",
    )


def alert(
    t_us: int, rule: str = "shock-high", *, mount: Mount | None = Mount.LEFT_SHIN, raised: bool = True
) -> Alert:
    """A rule that speaks up, or is quiet again."""
    return Alert(rule, "warning", "raised" if raised else "cleared", t_us, mount, 12.5, 10.0)


def summary(t_us: int) -> Summary:
    """The run at a moment."""
    return Summary(t_us, "run", 14, 171.5, 0.25, None, 9.5, 9.75, -2.5, 5.0, 0.0, 0.0, 1)


def health(t_us: int, mount: Mount = Mount.LEFT_SHIN, *, connected: bool = True) -> SensorHealth:
    """A sensor at a moment."""
    return SensorHealth(t_us, mount, connected, 208.0, 900, 1, 2, 9000, 10, 0.1, 0.0, 87.0, 0, -12.5, 0.004)


def a_run(strides: int) -> list[Result]:
    """Results as a run brings them: both legs, and after every seventh stride one of everything else."""
    results: list[Result] = []
    for number in range(strides):
        results += [stride(number), stride(number, Mount.RIGHT_SHIN, t_us=number * 700_000 + 473_456)]
        if number % 7 == 6:
            t_us = number * 700_000 + 600_000
            results += [summary(t_us), health(t_us), health(t_us, Mount.RIGHT_SHIN)]
            results += [
                alert(t_us, raised=number % 2 == 0),
                alert(t_us, "strap-loose", raised=number % 2 == 0),
            ]
    return results


_floats = st.floats(allow_nan=False, allow_infinity=False)
_maybe = st.none() | _floats
_t_us = st.integers(0, 24 * 3600 * 1_000_000)
_mounts = st.sampled_from(list(Mount))
_counts = st.integers(0, 2**32)

results: st.SearchStrategy[Result] = st.one_of(
    st.builds(
        Stride,
        stride=_counts,
        mount=_mounts,
        initial_contact_us=_t_us,
        toe_off_us=st.none() | _t_us,
        contact_time_s=_maybe,
        flight_time_s=_maybe,
        stride_time_s=_maybe,
        cadence_spm=_maybe,
        activity=st.sampled_from(["run", "walk"]),
        peak_resultant_g=_maybe,
        peak_axial_g=_maybe,
        jerk_g_per_s=_maybe,
        clipped=st.booleans(),
        gap=st.booleans(),
        quality=_floats,
        filter=st.text(max_size=9),
        contact_method=st.text(max_size=9),
        toe_off_method=st.text(max_size=9),
        low_rate=st.booleans(),
        ringing=_maybe,
        speed_m_per_s=_maybe,
    ),
    st.builds(
        Alert,
        rule=st.sampled_from([rule.id for rule in RULES]) | st.text(min_size=1, max_size=20),
        level=st.sampled_from(["info", "warning"]),
        state=st.sampled_from(["raised", "cleared"]),
        t_us=_t_us,
        mount=st.none() | _mounts,
        value=_floats,
        limit=_floats,
    ),
    st.builds(
        Summary,
        t_us=_t_us,
        activity=st.sampled_from(["run", "walk", "idle"]),
        strides=_counts,
        cadence_spm=_maybe,
        contact_time_left_s=_maybe,
        contact_time_right_s=_maybe,
        peak_resultant_left_g=_maybe,
        peak_resultant_right_g=_maybe,
        shock_asymmetry_percent=_maybe,
        running_s=_floats,
        walking_s=_floats,
        idle_s=_floats,
        alerts_open=_counts,
        peak_resultant_left_at_least=st.none() | st.booleans(),
        peak_resultant_right_at_least=st.none() | st.booleans(),
    ),
    st.builds(
        SensorHealth,
        t_us=_t_us,
        mount=_mounts,
        connected=st.booleans(),
        rate_hz=_floats,
        packets_received=_counts,
        packets_bad=_counts,
        packets_duplicate=_counts,
        samples_received=_counts,
        samples_lost=st.none() | _counts,
        lost_percent=st.none() | _floats,
        clipped_percent=_floats,
        battery_percent=_maybe,
        reconnects=_counts,
        clock_skew_ppm=_maybe,
        clock_uncertainty_s=_maybe,
    ),
)
