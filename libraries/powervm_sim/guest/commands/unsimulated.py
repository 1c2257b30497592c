"""Commands that a Linux system on Power has, and a simulated one has not: they refuse with a text of their own."""

from __future__ import annotations

_NAMES = """
    arping at b2sum base32 base64 bc blkid bzcat bzip2 chage chronyc chroot chrt cksum column comm cpio crm crontab
    csplit curl dig dmidecode dmsetup dnf du ed expand expr factor file findmnt fio fmt fold fsck fuser gdb
    getenforce getfacl hostid htxcmdline hwclock ifconfig ifdown ifup install iostat iperf iperf3 iptables join
    kdumpctl last less link loginctl logname losetup lsmod lsof lspci lspv lsslot lsvio lvs make man mdadm mkfifo
    mkfs mknod modinfo modprobe mountpoint mpstat netstat nft nmcli nsenter numactl numastat openssl parted passwd
    paste patch pcs perf perl pinky pmap pr printenv pvs python python3 renice rescan-scsi-bus.sh rmmod route rsync
    runuser sar scp screen script setenforce setfacl sftp sg_inq sha384sum sha512sum shred shuf snap split ss ssh
    ssh-keygen strace stty su sudo sum swapoff swapon taskset tcpdump time timedatectl tmux top tracepath traceroute
    trap tree tsort tty udevadm umount unlink unzip useradd usermod users uuidgen vi vim vmstat w wall watch wget
    wicked yum zgrep zip zypper
"""

NOT_SIMULATED = frozenset(_NAMES.split())
"""``bash: NAME: command not found`` would be wrong for these: a script may rely on them on a real system."""
