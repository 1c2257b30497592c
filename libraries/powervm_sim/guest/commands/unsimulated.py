"""Commands that a Linux system on Power has, and a simulated one has not: they refuse with a text of their own."""

from __future__ import annotations

_NAMES = """
    arping at base64 bc blkid bzip2 chage chronyc chroot chrt column comm cpio crm crontab curl dig dmidecode
    dmsetup dnf du ed expand expr file findmnt fio fold fsck fuser gdb getenforce getfacl htxcmdline hwclock
    ifconfig ifdown ifup iostat iperf iperf3 iptables join kdumpctl last less loginctl losetup lsmod lsof lspci lspv
    lsslot lsvio lvs make man mdadm mkfs modinfo modprobe mountpoint mpstat netstat nft nmcli nsenter numactl
    numastat openssl parted passwd paste patch pcs perf perl pmap printenv pvs python python3 renice
    rescan-scsi-bus.sh rmmod route rsync runuser sar scp screen script setenforce setfacl sftp sg_inq shuf snap
    split ss ssh ssh-keygen strace stty su sudo swapoff swapon taskset tcpdump time timedatectl tmux top tracepath
    traceroute trap tree tty udevadm umount unzip useradd usermod uuidgen vi vim vmstat w wall watch wget wicked yum
    zgrep zip zypper
"""

NOT_SIMULATED = frozenset(_NAMES.split())
"""``bash: NAME: command not found`` would be wrong for these: a script may rely on them on a real system."""
