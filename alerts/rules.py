"""The rules: what is watched, when the runner is told, and what to do about it, in plain words.

A rule notices that something differs from this runner's usual. None of them speaks of force inside the
body, of the chance of an injury, or of a disease: motion sensors on a shin or shoe cannot know that. Limits
hold for this program's filters and for this runner's own sensors; they do not compare runners.
"""

from collections.abc import Mapping

from alerts.overrides import with_overrides
from alerts.rule import Rule

__all__ = ["BY_ID", "RULES", "Rule", "rule", "with_overrides"]

AFTER_PAIN = "If it hurts, stop, see a doctor, and come back slowly, with plenty of walking."

RULES: tuple[Rule, ...] = (
    Rule(
        id="shock-high",
        metric="peak_resultant_g",
        unit="g",
        scope="mount",
        direction="above",
        form="times",
        limit=1.2,
        clear=1.1,
        bounds=(1.02, 3.0),
        # Chosen, not derived (docs/alerts.md): Crowell's runners had more than 8 g, but along the tibia and
        # otherwise filtered. At the shoe peaks are two to five times as large and depend on the shoe; of the
        # recorded runs none would pass 19 g. Peaks do not compare between runners: this only informs.
        first_shin=10.0,
        first_shoe=30.0,
        window=10,
        window_unit="strides",
        of=8,
        level="warning",
        title="Harder impacts than usual",
        first_level="info",
        first_title="Impacts above a rough limit",
        first_advice="What is usual for you is not known yet, so this limit is only a rough one: the same "
        "step reads differently with another sensor, strap or shoe. Compare with your own next runs, with "
        f"the sensor in the same place. {AFTER_PAIN}",
        advice="Your feet come down harder than usual. Slow down a little, take shorter and quicker steps "
        "and land softly. If it comes back on other runs, look at your shoes, "
        f"run shorter distances for a while, and train hips and thighs. {AFTER_PAIN}",
        source="Van den Berghe et al. 2021; until there is a baseline own choice near Crowell & Davis 2011",
    ),
    Rule(
        id="cadence-low",
        metric="cadence_spm",
        unit="steps/min",
        scope="mount",
        direction="below",
        form="times",
        limit=0.95,
        clear=0.975,
        bounds=(0.7, 0.99),
        window=60,
        window_unit="s",
        of=54,
        level="info",
        title="Slower steps than usual",
        advice="Your steps have become longer and slower than usual, often a sign of tiring. Try quicker, "
        f"shorter steps at the same pace, or take a walking break. {AFTER_PAIN}",
        source="Heiderscheit et al. 2011; Lenhart et al. 2014 (step rate against own habit)",
    ),
    Rule(
        id="shock-asymmetry-changed",
        metric="shock_asymmetry_percent",
        unit="%",
        scope="sides",
        direction="above",
        form="points",
        limit=5.0,
        clear=2.5,
        bounds=(1.0, 50.0),
        least=10.0,
        window=60,
        window_unit="s",
        of=54,
        level="info",
        title="The balance between left and right has changed",
        advice="One foot now comes down harder than the other, by more than it usually does. Check whether "
        "a sensor or a shoe has slipped, or whether the road slopes to one side; if not, slow down and see "
        "whether it evens out. A difference between the sides is common and not bad in itself. "
        f"{AFTER_PAIN}",
        source="Vannatta et al. 2023 (common in healthy runners; 10 % is convention)",
    ),
    Rule(
        id="sensor-silent",
        metric="silence_s",
        unit="s",
        scope="mount",
        direction="above",
        form="absolute",
        limit=5.0,
        clear=1.5,
        bounds=(2.0, 600.0),
        window=1,
        window_unit="s",
        of=1,
        level="warning",
        title="A sensor sends nothing",
        advice="Nothing comes from this sensor. Is it switched on, charged and within reach? It "
        "reconnects by itself as soon as it is back; the other sensors go on.",
        source="own choice: longer than a link's supervision time-out",
    ),
    Rule(
        id="sensor-clipping",
        metric="clipped_strides_percent",
        unit="%",
        scope="mount",
        direction="above",
        form="absolute",
        limit=20.0,
        clear=10.0,
        bounds=(1.0, 90.0),
        most=100.0,
        window=10,
        window_unit="strides",
        of=8,
        level="info",
        title="Impacts exceed the sensor's range",
        advice="Many impacts are beyond what this sensor is set to measure: read its shock as 'at least'. "
        "Set it to a larger range (±32 g or more at the shin, more at the shoe) if it has one.",
        source="Chan et al. 2023 (clipped peaks cannot be restored)",
    ),
    Rule(
        id="sensor-moved",
        metric="moved_strides_percent",
        unit="%",
        scope="mount",
        direction="above",
        form="absolute",
        limit=50.0,
        clear=25.0,
        bounds=(1.0, 90.0),
        most=100.0,
        window=10,
        window_unit="strides",
        of=8,
        level="info",
        title="A sensor has moved",
        advice="This sensor no longer sits as it did when you stood still: peaks along the leg are rougher, "
        "and the shin's angle is not measured. Tighten its strap, then stand still for two seconds.",
        source="own choice: strides lean 25° otherwise than at first, or 40° otherwise than standing",
    ),
    Rule(
        id="battery-low",
        metric="battery_percent",
        unit="%",
        scope="mount",
        direction="below",
        form="absolute",
        limit=15.0,
        clear=20.0,
        bounds=(1.0, 90.0),
        most=100.0,
        window=3,
        window_unit="readings",
        of=3,
        cooldown_s=3600.0,
        level="info",
        title="Battery low",
        advice="This sensor's battery is nearly empty. Charge it before the next run.",
        source="own choice",
    ),
    Rule(
        id="strap-loose",
        metric="ringing",
        unit="",
        scope="mount",
        direction="above",
        form="mads",
        limit=3.0,
        clear=1.5,
        bounds=(1.0, 20.0),
        window=20,
        window_unit="strides",
        of=18,
        level="info",
        title="A strap may be loose",
        advice="This sensor vibrates more after each impact than it did before. Tighten its strap: a loose "
        "sensor reads shock too high.",
        source="own choice: a mount that rings also reads high; three deviations over the own baseline",
    ),
)

BY_ID: Mapping[str, Rule] = {row.id: row for row in RULES}


def rule(rule_id: str) -> Rule:
    """The table's row of this id; KeyError when there is none."""
    return BY_ID[rule_id]
