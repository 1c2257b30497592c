"""Commands that a Virtual I/O Server has, and a simulated one has not: they refuse with a text of their own."""

from __future__ import annotations

_IOSCLI = """
    alt_root_vg backup backupios bkprofdev bootlist cfgassist cfgdev cfglnagg cfgnamesrv cfgsvc chdev chlang
    chpath chrep chsp chtcpip chuser chvg chvlog chvopt cl_snmp cleandisk cluster cplv crontab date diagmenu
    dsmc entstat exportvg extendlv extendvg fcstat fsck ftp help hostmap hostname importvg invscout ldapsearch
    ldfware license loadopt logout lpar_netboot lparcon lsfware lsgcl lslparinfo lslv lsnetsvc lspath lspv lsrep
    lssecattr lssp lssvc lssw lstcpip lsuser lsvg lsvlog lsvlrepo lsvopt man migratepv mirrorios mkbdsp mkldap
    mklv mkpath mkrep mksp mktcpip mkuser mkvdev mkvfcmap mkvg mkvlog mkvlrepo mkvopt mkvt more motd mount
    netstat nim oemenv optimizenet part passwd pdump ping postprocesssvc prepdev reducevg remote_management
    remove replphyvol restorevgstruct rmbdsp rmdev rmlv rmpath rmrep rmsp rmtcpip rmuser rmvdev rmvfcmap rmvg
    rmvlog rmvopt rolelist seastat setkst setsecattr showmount shutdown snmp_info snmp_trap snmpv3_ssw
    startnetsvc startsvc startsysdump starttrace stopnetsvc stopsvc stoptrace stty svmon swap swrole sysstat tee
    topas topasrec tracepriv traceroute uname unloadopt unmirrorios unmount updateios vasistat vfcmap vi viosbr
    viosecure viosupgrade vmstat wkldagent wkldmgr wkldout
"""

_ROOT = """
    bootinfo bosboot cfgmgr chdev entstat fcstat installp instfix iostat kdb lparstat lscfg lsdev lslpp lspv
    lssrc lsvg mkdev mount netstat no odmget oslevel pcmpath perfpmr ps refresh rmcctrl rmdev snap startsrc
    stopsrc svmon topas trace trcrpt varyonvg vmo vmstat what
"""

NOT_SIMULATED = frozenset(_IOSCLI.split())
"""Of ``ioscli``."""

ROOT_NOT_SIMULATED = frozenset(_ROOT.split())
"""Of the root shell."""
