"""What to say under a waveform of the peaks marked in it.

A peak is measured on a low-passed curve, upsampled between the samples; what is drawn are the samples. On
recordings of shoes at 200 Hz one mark in six stands above the highest sample around it, by up to 15 %; on
slower ones, all together, two in three, by up to 70 %.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from dsp.stride import Stride
from kneeload.review.run_data import Waveform

__all__ = ["caption"]

AS_SENT: Final = "Acceleration around it, as the sensor sent it."

SAID: tuple[tuple[Callable[[Sequence[Stride]], bool], str], ...] = (
    (
        lambda marked: any(not s.low_rate for s in marked),
        "The marked peaks are measured on a low-passed, finer curve through the samples: most are a little "
        "lower than the samples, some a little higher.",
    ),
    (
        lambda marked: any(s.low_rate for s in marked),
        "Samples this far apart miss the top of many impacts. The marked peaks are measured on a low-passed, "
        "finer curve through them: they may stand well above the samples or below, and read low on average.",
    ),
    (
        lambda marked: any(s.clipped for s in marked),
        "Some impacts went beyond the sensor's range and are cut off: their marks are what they were at "
        "least, and may stand above the samples.",
    ),
)


def caption(waveforms: Iterable[Waveform], strides: Sequence[Stride]) -> str:
    """Plain text, true of the strides in these waveforms."""
    marked = [
        stride
        for waveform in waveforms
        for stride in strides
        if stride.mount is waveform.mount
        and stride.peak_resultant_g is not None
        and waveform.t_us[0] <= stride.initial_contact_us <= waveform.t_us[-1]
    ]
    return " ".join([AS_SENT, *(words for holds, words in SAID if holds(marked))])
