"""Runs in an environment of its own that holds gaitmap: foot contacts of one recording, as JSON on stdout.

python gaitmap_runner.py FILE.csv left|right RATE_HZ. gaitmap is loaded by name: our own environment lacks it.
"""

import json
import sys
from importlib import import_module
from typing import Any

import numpy as np

__all__ = ["contacts"]

COLUMNS = ("ax_g", "ay_g", "az_g", "gx_dps", "gy_dps", "gz_dps")
NAMES = ("acc_x", "acc_y", "acc_z", "gyr_x", "gyr_y", "gyr_z")
G_TO_M_PER_S2 = 9.80665
LONGEST_STANCE_S = 1.2


def contacts(path: str, side: str, *, rate_hz: float) -> dict[str, dict[str, list[float | None]]]:
    """Method -> initial_contact_s, toe_off_s (the next one after the contact, None where it has none)."""
    table = np.genfromtxt(path, delimiter=",", names=True)
    t_s = table["t_s"]
    grid_s = t_s[0] + np.arange(int((t_s[-1] - t_s[0]) * rate_hz) + 1) / rate_hz
    values = {
        name: np.interp(grid_s, t_s, table[column]) * (G_TO_M_PER_S2 if column.endswith("_g") else 1.0)
        for name, column in zip(NAMES, COLUMNS, strict=True)
    }
    data: Any = import_module("pandas").DataFrame(values)
    alignment: Any = import_module("gaitmap.preprocessing.sensor_alignment")
    conversion: Any = import_module("gaitmap.utils.coordinate_conversion")
    segmentation: Any = import_module("gaitmap.stride_segmentation")
    detection: Any = import_module("gaitmap.event_detection")
    upright = alignment.align_dataset_to_gravity(data, sampling_rate_hz=rate_hz)
    turned = alignment.PcaAlignment().align(upright).aligned_data_
    aligned = alignment.ForwardDirectionSignAlignment().align(turned, sampling_rate_hz=rate_hz).aligned_data_
    # The sign of the forward direction is a guess from the data: take the one that shows more strides.
    turned = aligned.copy()
    turned[["acc_x", "acc_y", "gyr_x", "gyr_y"]] *= -1
    tries = []
    for frame in (aligned, turned):
        body = getattr(conversion, f"convert_{side}_foot_to_fbf")(frame)
        tries.append((body, segmentation.BarthDtw().segment(body, sampling_rate_hz=rate_hz).stride_list_))
    body, strides = max(tries, key=lambda pair: len(pair[1]))
    found: dict[str, dict[str, list[float | None]]] = {}
    for name in ("RamppEventDetection", "HerzerEventDetection"):
        method = getattr(detection, name)()
        events = method.detect(data=body, stride_list=strides, sampling_rate_hz=rate_hz).segmented_event_list_
        initial, off = (
            np.sort(grid_s[0] + events[column].to_numpy(dtype=float) / rate_hz) for column in ("ic", "tc")
        )
        after = [off[(off > contact) & (off < contact + LONGEST_STANCE_S)] for contact in initial]
        found[name] = {
            "initial_contact_s": initial.tolist(),
            "toe_off_s": [float(rest[0]) if rest.size else None for rest in after],
        }
    return found


if __name__ == "__main__":
    print(json.dumps(contacts(sys.argv[1], sys.argv[2], rate_hz=float(sys.argv[3]))))
