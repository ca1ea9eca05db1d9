"""What the figures of a runner are not, in the words of docs/metrics.md."""

__all__ = ["ASYMMETRY", "CADENCE", "CONTACT_TIME", "PEAK"]

CADENCE = "good or bad by an absolute number: it depends on speed and leg length"
CONTACT_TIME = "the contact time of another device or mount; a fault of technique by itself"
PEAK = "load on knee or bone, or injury risk; never to be compared across runners, mounts, filters or straps"
ASYMMETRY = "a finding: asymmetry is common in healthy runners (Vannatta 2023) and no pathology"
