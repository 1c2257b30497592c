"""Commands that a Linux system on Power has, and a simulated one has not: they refuse with a text of their own."""

from __future__ import annotations

_NAMES = """
    arping bc blkid bzip2 chage chgrp chown chronyc chroot column comm compress cpio crontab ctsnap curl dd diff
    dig dmidecode dmsetup dnf du ed env ethtool expr file findmnt firewall-cmd fold free fsck fuser gawk gdb
    getenforce getent getfacl groups gunzip gzip hcncfgdrc hcnmgr hcnqrydev hcnrmdev hcnrmhcn hcnversion
    hostnamectl htxcmdline hwclock ifconfig iostat iperf3 iptables join kdumpctl killall last less ln logger
    loginctl losetup lsblk lsdevinfo lsmod lsof lspci lsscsi lsslot lsvio lvs make man mdadm mkfs modinfo
    modprobe more mount mountpoint mpstat multipath nc netstat nft nmcli nohup nsenter numactl numastat od
    openssl parted passwd paste patch perf perl pgrep ping pkill pmap printenv pvs python python3
    rescan-scsi-bus.sh rmmod route rsync runuser sar scp screen script servicelog setenforce setfacl sftp sg_inq
    shuf snap sos sosreport split ss ssh ssh-keygen strace stress-ng strings stty su sudo supportconfig swapoff
    swapon sync sysctl tar tcpdump time timedatectl timeout tmux top tracepath traceroute trap tree truncate
    udevadm umount unzip useradd usermod uuidgen vi vim vmstat w wall watch wget who wicked xxd xz yum zgrep zip
    zypper
"""

NOT_SIMULATED = frozenset(_NAMES.split())
"""``bash: NAME: command not found`` would be wrong for these: a script may rely on them on a real system."""
