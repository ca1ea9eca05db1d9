"""The small parts on signals whose answer is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsp.alignment import Alignment
from dsp.filters import hann_smooth, upsample, zero_phase
from dsp.mount import Mount
from dsp.peaks import falling_zero, highest, parabola, rising_zero
from dsp.posture import plane_of, posture_of
from dsp.rhythm import stride_period
from dsp.summary import Totals, summarise


def test_parabola_finds_the_vertex_between_samples() -> None:
    at = np.arange(7.0)
    position, value = parabola(5.0 - (at - 3.3) ** 2, 3)
    assert position == pytest.approx(3.3)
    assert value == pytest.approx(5.0)


def test_zero_crossings() -> None:
    x = np.array([1.0, -1.0, -3.0, 1.0])
    assert falling_zero(x, 0) == pytest.approx(0.5)
    assert rising_zero(x, 0) == pytest.approx(2.75)
    assert rising_zero(x[:3], 0) is None


def test_highest_prefers_the_usual_place() -> None:
    x = np.array([0.0, 5.0, 0.0, 0.0, 0.0, 4.0, 0.0])
    assert highest(x, 0, 7) == pytest.approx(1.0)
    assert highest(x, 0, 7, near=(5.0, 1.0)) == pytest.approx(5.0)
    assert highest(np.zeros(5), 0, 5) is None


@given(
    st.lists(st.integers(-5, 5), min_size=3, max_size=30),
    st.floats(0.1, 1.0),
    st.none() | st.tuples(st.floats(0.0, 30.0), st.floats(1.0, 20.0)),
)
def test_highest_is_a_local_maximum_or_nothing(
    values: list[int], share: float, near: tuple[float, float] | None
) -> None:
    x = np.array(values, dtype=float)
    tops = [k for k in range(1, x.size - 1) if x[k - 1] < x[k] >= x[k + 1] and (share == 1.0 or x[k] > 0.0)]
    found = highest(x, 0, x.size, near=near, share=share)
    assert (found is None) == (not tops)
    assert found is None or min(abs(found - k) for k in tops) <= 0.5


def test_of_what_falls_all_the_time_there_is_no_first_high_enough() -> None:
    falling = np.array([-5.0, -3.0, -4.0, -2.0, -6.0])
    assert highest(falling, 0, 5) == pytest.approx(3.0, abs=0.5)
    assert highest(falling, 0, 5, share=0.7) is None


def test_dual_pass_halves_the_amplitude_at_its_cutoff_and_shifts_nothing() -> None:
    t = np.arange(2000) / 1000.0
    wave = np.sin(2 * np.pi * 60.0 * t)[None, :]
    middle = zero_phase(wave, 60.0, 1000.0)[0, 500:1500]
    assert middle.max() == pytest.approx(0.5, abs=0.005)
    assert np.corrcoef(middle, wave[0, 500:1500])[0, 1] > 0.9999


def test_smoothing_keeps_a_line_and_shifts_no_peak() -> None:
    line = np.linspace(0.0, 1.0, 101)
    assert hann_smooth(line, 10.0, 100.0)[20:80] == pytest.approx(line[20:80])
    bell = np.exp(-0.5 * ((np.arange(101) - 50) / 5.0) ** 2)
    assert int(np.argmax(hann_smooth(bell, 8.0, 100.0))) == 50


def test_upsampling_keeps_the_samples_and_fills_a_sine() -> None:
    t = np.arange(200) / 200.0
    fine = upsample(np.sin(2 * np.pi * 40.0 * t)[None, :], 5)[0]
    assert fine[::5] == pytest.approx(np.sin(2 * np.pi * 40.0 * t), abs=1e-12)
    fine_t = np.arange(fine.shape[0]) / 1000.0
    assert fine[200:800] == pytest.approx(np.sin(2 * np.pi * 40.0 * fine_t)[200:800], abs=0.01)


@pytest.mark.parametrize("period_s", [0.5, 0.72, 1.1, 1.6])
def test_the_stride_and_not_the_step_is_the_period(period_s: float) -> None:
    t = np.arange(int(4.5 * 40)) / 40.0
    turn = 2 * np.pi * t / period_s
    # A step at twice the rate is the larger part: one leg's stride is in what differs between the halves.
    x = np.stack((2.0 * np.sin(2 * turn) + np.sin(turn), np.cos(turn), 0.3 * np.sin(3 * turn)))
    period, alike = stride_period(x, 0.44 * 40, 2.0 * 40)
    assert period / 40.0 == pytest.approx(period_s, rel=0.03)
    assert alike > 0.9


def test_nothing_repeats_in_noise() -> None:
    x = np.random.default_rng(0).standard_normal((3, 160))
    assert stride_period(x, 18, 80)[1] < 0.4


def test_alignment_waits_then_follows_and_notices_a_move() -> None:
    alignment = Alignment()
    assert alignment.up is None
    up = np.repeat(np.array([[0.2], [0.9], [0.1]]), 50, axis=1)
    for _ in range(5):
        assert alignment.up is None
        alignment.stride(up[[2, 1, 0]], "walk")
        alignment.stand_on(up)
    assert alignment.up == pytest.approx(tuple(up[:, 0] / np.linalg.norm(up[:, 0])))
    for _ in range(8):
        alignment.stride(up[[1, 0, 2]], "walk")
    assert alignment.stance is None
    assert alignment.up is None


def test_standing_is_believed_only_where_strides_agree() -> None:
    alignment = Alignment()
    on_the_table = np.repeat(np.array([[0.0], [0.0], [1.0]]), 50, axis=1)
    alignment.stand(on_the_table, "walk")
    leg = np.repeat(np.array([[0.1], [1.0], [0.1]]), 50, axis=1)
    for _ in range(5):
        alignment.stride(leg, "walk")
        alignment.stand_on(leg)
    assert alignment.stood is None
    assert alignment.up is not None
    assert alignment.up[1] > 0.9


def test_path_of_a_known_swing() -> None:
    """One metre ahead in 0.7 s, pitching 40 degrees and back, seen from the turning sensor."""
    rate = 400.0
    n = int(0.7 * rate) + 1
    t = np.arange(n + 80) / rate
    u = np.clip(t / 0.7, 0.0, 1.0)
    ahead = np.where(u < 1.0, (2 * np.pi / 0.49) * np.sin(2 * np.pi * u), 0.0) / 9.80665
    pitch = np.radians(40.0) * np.sin(np.pi * u) ** 2
    rate_dps = np.degrees(np.gradient(pitch, 1 / rate))
    s, c = np.sin(pitch), np.cos(pitch)
    acc = np.stack((c * ahead + s, c - s * ahead, np.zeros_like(t)))
    gyro = np.stack((np.zeros_like(t), np.zeros_like(t), rate_dps))
    plane = plane_of((0.0, 0.0, 1.0), (0.0, 1.0, 0.0))
    assert plane is not None
    found = posture_of(
        acc,
        gyro,
        plane=plane,
        rate_hz=rate,
        contact=n - 1.0,
        toe_off=n + 79.0,
        mount=Mount.LEFT_SHOE,
        offset_dps=(0.0, 0.0, 0.0),
    )
    assert found is not None
    assert found.length_m == pytest.approx(1.0, rel=0.01)
    assert found.pitch_at_contact_deg == pytest.approx(0.0, abs=0.5)


def test_a_summary_of_nothing_makes_up_nothing() -> None:
    totals = Totals(
        Mount.LEFT_SHIN, 60.0, 0.0, 0.0, 60.0, samples=900, lost=100, clipped_samples=0, rate_hz=None
    )
    summary = summarise([], totals)
    assert summary.strides == 0
    assert summary.cadence_spm is None
    assert summary.peak_resultant_g is None
    assert summary.lost_percent == pytest.approx(10.0)
