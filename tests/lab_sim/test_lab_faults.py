"""Faults that a world file states: RMC that is broken or dead, and a mover service that is off."""

from __future__ import annotations

from running_lab import changed_world, start, until

VALIDATE = "migrlpar -o v -m p9a -t p10a -p"


def test_stated_faults(tmp_path):
    changes = {
        "partitions.lp1.rmc": "broken",
        "partitions.lp2.rmc": "dead",
        "servers.p10a.virtual_io_servers.p10a-vios1.msp": False,
        "servers.p10a.virtual_io_servers.p10a-vios2.msp": False,
    }
    with start(tmp_path, world=changed_world(tmp_path, changes), speed=200) as lab:
        text, _, status = lab.run("hmc1", f"{VALIDATE} lp1")
        assert status == 1
        assert "HSCLA246 The management console cannot communicate with partition lp1." in text
        assert "HSCLAF10" in text
        assert lab.run("hmc1", "diagrmc -m p9a --ip 10.20.1.1 -p lp1")[2] == 1
        repair = "for option in -z -A -p; do /opt/rsct/bin/rmcctrl $option || exit 1; done"
        assert lab.run("lp1", repair)[2] == 0
        lab.wait_for_rmc("hmc1", "p9a", "lp1")
        assert lab.run("hmc1", "diagrmc -m p9a --ip 10.20.1.1 -p lp1")[2] == 0
        assert lab.run("hmc1", "chsyscfg -r lpar -m p10a -i lpar_id=1,msp=1") == ("", "", 0)
        assert lab.run("hmc1", f"{VALIDATE} lp1") == ("", "", 0)
        lab.run("lp2", repair)
        assert "HSCLA246" in lab.run("hmc1", f"{VALIDATE} lp2")[0]


def test_background_jobs_outlive_a_session_and_end_with_the_power(tmp_path):
    with start(tmp_path, speed=200) as lab:
        loop = "nohup sh -c 'while true; do echo tick >> /tmp/ticks; sleep 0.05; done' > /dev/null 2>&1 &"
        assert lab.run("lp1", loop)[2] == 0

        def ticks() -> int:
            return int(lab.run("lp1", "cat /tmp/ticks 2>/dev/null | wc -l")[0])

        first = ticks()
        until(lambda: ticks() > first)
        assert lab.run("hmc1", "chsysstate -r lpar -m p9a -n lp1 -o osshutdown --restart") == ("", "", 0)
        state = "lssyscfg -r lpar -m p9a --filter lpar_names=lp1 -F state"
        until(lambda: lab.run("hmc1", state)[0] != "Running\n")
        lab.wait_for_rmc("hmc1", "p9a", "lp1")
        lab.forget("lp1")
        last = ticks()
        assert lab.run("lp1", "sleep 0.3")[2] == 0
        assert ticks() == last
