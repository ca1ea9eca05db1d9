#!/bin/sh
# The guest's first process: mounts, what Bluetooth needs, the cases, and off. Results leave by the second
# serial port, everything else by the first and by the disk /out.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
mount -t proc proc /proc 2>/dev/null
mount -t sysfs sysfs /sys 2>/dev/null
mount -t devtmpfs dev /dev 2>/dev/null
mkdir -p /dev/shm /run /tmp
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /tmp
mount -o ro /dev/vdb /kneeload || echo "init: no disk with the project"
mount /dev/vdc /out || echo "init: no disk for what comes out"
modprobe hci_vhci || echo "init: no hci_vhci"
cd /kneeload
export PYTHONPATH=/kneeload:/kneeload/site PYTHONDONTWRITEBYTECODE=1
# shellcheck disable=SC2046
python3 -m tests.bluez.inside --out /out --recording /kneeload/recording.csv $(cat /kneeload/cases) >/dev/ttyS1
echo "init: the cases ended with $?"
umount /out
sync
echo o >/proc/sysrq-trigger
sleep 60
