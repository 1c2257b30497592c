"""Commands that a Virtual I/O Server has, and a simulated one has not: they refuse with a text of their own."""

from __future__ import annotations

_IOSCLI = """
    alt_root_vg backup backupios bkprofdev bootlist cfgassist cfglnagg cfgnamesrv cfgsvc chlang chpath chrep
    chsp chtcpip chuser chvg chvlog chvopt cl_snmp cleandisk cluster cplv crontab diagmenu dsmc exportvg
    extendlv extendvg fcstat fsck ftp help hostmap importvg invscout ldapsearch ldfware loadopt logout
    lpar_netboot lparcon lsfware lsgcl lslparinfo lslv lsnetsvc lspath lssecattr lssp lssvc lssw lsuser lsvg
    lsvlog lsvlrepo man migratepv mirrorios mkbdsp mkldap mklv mkpath mkrep mksp mktcpip mkuser mkvdev mkvfcmap
    mkvg mkvlog mkvlrepo mkvopt mkvt more motd mount nim oemenv optimizenet part passwd pdump ping
    postprocesssvc prepdev reducevg remote_management remove replphyvol restorevgstruct rmbdsp rmlv rmpath rmrep
    rmsp rmtcpip rmuser rmvdev rmvfcmap rmvg rmvlog rmvopt rolelist seastat setkst setsecattr showmount shutdown
    snmp_info snmp_trap snmpv3_ssw startnetsvc startsvc startsysdump starttrace stopnetsvc stopsvc stoptrace
    swap swrole sysstat tee topas topasrec tracepriv traceroute unloadopt unmirrorios unmount updateios vasistat
    vi viosbr viosecure viosupgrade wkldagent wkldmgr wkldout
"""

_ROOT = """
    bootinfo bosboot cfgmgr chdev crontab fcstat find id ifconfig installp instfix iostat kdb kill lparstat
    lslpp lssrc lsvg mkdev mkdir mount no odmget pcmpath perfpmr refresh rmcctrl rmdev ssh startsrc stopsrc
    topas trace trcrpt varyonvg vi vmo what who
"""

NOT_SIMULATED = frozenset(_IOSCLI.split())
"""Of ``ioscli``."""

ROOT_NOT_SIMULATED = frozenset(_ROOT.split())
"""Of the root shell."""
