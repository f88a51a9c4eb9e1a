#!/bin/bash
# Process 1 of the rig's guest. It starts on the host's root, read-only, and moves to an overlay of it, so that nothing
# done here reaches the host except through the shared folder. Settings are the rig.NAME= words of the command line.
set -u
RIG_NAMES=
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb LANG=C.UTF-8
# a crash would wait 30 s for somebody to type at this console
export SWIFT_BACKTRACE=interactive=no,color=no

read_settings() {
    local word
    for word in $(</proc/cmdline); do
        case $word in rig.*) export "RIG_${word#rig.}" ;; esac
    done
}

enter_overlay() {
    local root=/mnt/root
    mount -n -t tmpfs -o mode=755 rig /mnt
    mkdir /mnt/upper /mnt/work $root
    mount -n -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work root $root || exec poweroff -f
    mount -n --move /proc $root/proc
    mount -n -t sysfs sys $root/sys
    mount -n -t devtmpfs dev $root/dev
    mkdir -p $root/dev/pts $root/dev/shm
    mount -n -t devpts -o gid=5,mode=620,ptmxmode=666 devpts $root/dev/pts
    mount -n -t tmpfs -o mode=1777 shm $root/dev/shm
    mount -n -t tmpfs -o mode=755 run $root/run
    mkdir -p "$root$RIG_OUT"
    mount -n -t hostfs -o "$RIG_OUT" none "$root$RIG_OUT"
    cd $root || exec poweroff -f
    pivot_root . mnt
    exec chroot . "$RIG_HERE/guest-init.sh" inside
}

make_chip() {
    local folder=/sys/kernel/config/gpio-sim/gate word
    mkdir -p $folder/bank0
    echo "${RIG_LINES:-32}" >$folder/bank0/num_lines
    echo gate >$folder/bank0/label
    for word in ${RIG_NAMES//,/ }; do
        mkdir "$folder/bank0/line${word%%=*}"
        echo "${word#*=}" >"$folder/bank0/line${word%%=*}/name"
    done
    echo 1 >$folder/live
    CHIP=$(<$folder/bank0/chip_name)
    SIM=/sys/devices/platform/$(<$folder/dev_name)/$CHIP
    {
        echo "export CHIP=$CHIP SIM=$SIM OUT=$RIG_OUT"
        [ ! -f "$RIG_OUT/env" ] || cat "$RIG_OUT/env"
    } >/run/rig.env
}

run_under_systemd() {
    local unit
    mkdir -p /run/systemd/system
    cat >/run/systemd/system/rig.service <<'UNIT'
[Unit]
Description=The rig's command
DefaultDependencies=no
After=sysinit.target sockets.target dbus.socket
Wants=sysinit.target dbus.socket
[Service]
Type=oneshot
ExecStart=/bin/bash -c '. /run/rig.env; bash "$$OUT/command"; echo $$? >"$$OUT/status"'
ExecStopPost=-/usr/bin/systemctl --no-block -ff poweroff
StandardOutput=tty
StandardError=tty
TTYPath=/dev/console
UNIT
    # housekeeping that only costs time in a guest that lives for seconds; systemd-tmpfiles-setup would empty /tmp
    for unit in systemd-hwdb-update ldconfig systemd-journal-catalog-update systemd-update-done \
        systemd-udev-trigger systemd-udevd systemd-sysctl systemd-binfmt systemd-machine-id-commit \
        systemd-random-seed systemd-pstore systemd-timesyncd systemd-update-utmp systemd-tmpfiles-setup \
        systemd-tmpfiles-setup-dev; do
        ln -s /dev/null /run/systemd/system/$unit.service
    done
    for unit in systemd-udevd-control systemd-udevd-kernel; do ln -s /dev/null /run/systemd/system/$unit.socket; done
    # Credentials are mounted by a helper in a mount namespace of its own and have to be seen here.
    mount --make-rshared /
    exec /lib/systemd/systemd --unit=rig.service --show-status=0 --log-target=journal-or-kmsg --log-level=info
}

if [ "${1:-}" != inside ]; then
    mount -n -t proc proc /proc
    read_settings
    enter_overlay
fi

umount -n -l /mnt 2>/dev/null
read_settings
for kind in configfs:config debugfs:debug tracefs:tracing; do
    mountpoint -q "/sys/kernel/${kind#*:}" || mount -t "${kind%:*}" "${kind%:*}" "/sys/kernel/${kind#*:}" 2>/dev/null
done
ip link set lo up 2>/dev/null || busybox ip link set lo up 2>/dev/null
hostname gate 2>/dev/null
make_chip
[ "${RIG_INIT:-sh}" != systemd ] || run_under_systemd
. /run/rig.env
cd /
bash "$RIG_OUT/command"
echo $? >"$RIG_OUT/status"
sync
exec poweroff -f
