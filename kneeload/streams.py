"""What kneeload tells the world: one table from which topics, measurements, documents and checks derive.

A result is a frozen dataclass (dsp.stride.Stride, alerts.alert.Alert, kneeload.results.Summary and
SensorHealth). This table says under which name it leaves the house, with which fields, in which units. The
state of the run leaves as "status" and is no result.
"""

from dataclasses import dataclass
from typing import Literal

__all__ = ["STREAMS", "Field", "Kind", "Stream"]

Kind = Literal["float", "bool", "string"]


@dataclass(frozen=True, slots=True)
class Field:
    """One value of a stream: its name ends in its unit; numbers are floats everywhere, flags booleans."""

    name: str
    kind: Kind
    unit: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Stream:
    """One kind of result.

    topic: MQTT topic with the places {runner} and {mount}; measurement: in InfluxDB, None = not stored there.
    tags: besides runner and run. rate: how often it comes, in words.
    """

    name: str
    topic: str
    measurement: str | None
    tags: tuple[str, ...]
    fields: tuple[Field, ...]
    rate: str
    qos: Literal[0, 1] = 1
    retain: bool = False


STRIDE_FIELDS = (
    Field("stride", "float", "", "number of the foot contact, from 0"),
    Field("initial_contact_s", "float", "s", "initial contact, since the run's start"),
    Field("toe_off_s", "float", "s", "toe-off, since the run's start"),
    Field("contact_time_s", "float", "s", "toe-off minus initial contact"),
    Field(
        "flight_time_s",
        "float",
        "s",
        "half the usual stride time minus contact time; running only, and left out where that is below 0",
    ),
    Field("stride_time_s", "float", "s", "since that foot's previous initial contact"),
    Field("cadence_spm", "float", "steps/min", "median of the last strides, both feet counted"),
    Field("peak_resultant_g", "float", "g", "largest acceleration magnitude after initial contact"),
    Field("peak_axial_g", "float", "g", "largest acceleration along the segment after initial contact"),
    Field(
        "jerk_g_per_s", "float", "g/s", "steepest rise of acceleration between initial contact and its peak"
    ),
    Field("clipped", "bool", "", "the sensor's range was exceeded: peaks are at least this high"),
    Field("gap", "bool", "", "samples were lost inside this stride"),
    Field("quality", "float", "0-1", "how like the runner's own last contacts this one is"),
    Field("low_rate", "bool", "", "sampled too slowly for peaks: they read low on average"),
    Field("ringing", "float", "", "vibration after the impact relative to the impact (loose strap)"),
    Field("impact_power_g2", "float", "g²", "spectral power of the impact, 10-20 Hz"),
    Field("shank_angle_deg", "float", "deg", "shank against vertical at initial contact, + = ankle ahead"),
    Field("peak_swing_dps", "float", "deg/s", "largest rotation rate in swing"),
    Field(
        "foot_strike_deg", "float", "deg", "shoe pitch at initial contact against flat foot, + = heel first"
    ),
    Field("pronation_deg", "float", "deg", "frontal-plane excursion of the shoe in stance"),
    Field("stride_length_m", "float", "m", "distance between two contacts of the same foot"),
    Field("speed_m_per_s", "float", "m/s", "stride length over its time; at the shin by a model of the leg"),
)

STREAMS: tuple[Stream, ...] = (
    Stream(
        "stride",
        "kneeload/{runner}/{mount}/stride",
        "stride",
        ("mount", "activity"),
        STRIDE_FIELDS,
        "one a foot contact",
    ),
    Stream(
        "alert",
        "kneeload/{runner}/alert",
        "alert",
        ("mount", "rule", "level"),
        (
            Field("raised", "bool", "", "true when raised, false when cleared"),
            Field("value", "float", "as `unit` says", "what was measured"),
            Field("limit", "float", "as `unit` says", "what it was held against"),
            Field("advice", "string", "", "what the runner can do, in plain words; when raised"),
            Field("title", "string", "", "what it is about, in plain words"),
            Field("unit", "string", "", "of value and limit; left out where they have none"),
        ),
        "when raised and when cleared",
    ),
    Stream(
        "summary",
        "kneeload/{runner}/summary",
        "summary",
        ("activity",),
        (
            Field("strides", "float", "", "foot contacts so far, all sensors"),
            Field("cadence_spm", "float", "steps/min", "median over the last 5 s"),
            Field("contact_time_left_s", "float", "s", "median of the left side over the last 5 s"),
            Field("contact_time_right_s", "float", "s", "median of the right side over the last 5 s"),
            Field("peak_resultant_left_g", "float", "g", "median of the left side over the last 5 s"),
            Field("peak_resultant_right_g", "float", "g", "median of the right side over the last 5 s"),
            Field(
                "shock_asymmetry_percent",
                "float",
                "%",
                "200 (R-L)/(R+L) of the peaks' medians over 20 strides",
            ),
            Field("running_s", "float", "s", "time spent running so far"),
            Field("walking_s", "float", "s", "time spent walking so far"),
            Field("idle_s", "float", "s", "time spent otherwise so far"),
            Field("alerts_open", "float", "", "alerts raised and not yet cleared"),
            Field(
                "peak_resultant_left_at_least", "bool", "", "clipped: the left median is at least this high"
            ),
            Field(
                "peak_resultant_right_at_least", "bool", "", "clipped: the right median is at least this high"
            ),
        ),
        "every 5 s",
    ),
    Stream(
        "sensor",
        "kneeload/{runner}/{mount}/sensor",
        "sensor",
        ("mount",),
        (
            Field("connected", "bool", "", "the link is up"),
            Field("rate_hz", "float", "Hz", "samples received over the last 5 s"),
            Field("packets_received", "float", "", "packets since the run's start"),
            Field("packets_bad", "float", "", "packets that could not be decoded"),
            Field("packets_duplicate", "float", "", "packets that came twice or too late"),
            Field("samples_received", "float", "", "samples since the run's start"),
            Field(
                "samples_lost", "float", "", "samples the sensor took that never came, where that can be seen"
            ),
            Field("lost_percent", "float", "%", "samples lost over the last 5 s, where that can be seen"),
            Field("clipped_percent", "float", "%", "samples at the end of the range over the last 5 s"),
            Field("battery_percent", "float", "%", "battery"),
            Field("reconnects", "float", "", "times the link came back"),
            Field("clock_skew_ppm", "float", "ppm", "the sensor's clock against this machine's"),
            Field("clock_uncertainty_s", "float", "s", "how far its times may be from this machine's"),
        ),
        "every 5 s and when the link changes",
        retain=True,
    ),
    Stream(
        "status",
        "kneeload/{runner}/status",
        None,
        (),
        (
            Field(
                "state",
                "string",
                "",
                "running, ended or lost (the last will); no content at all: no run began",
            ),
        ),
        "when it changes",
        retain=True,
    ),
)
