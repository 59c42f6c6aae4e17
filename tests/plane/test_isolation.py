"""No packet leaves but through the forwarders, and nobody comes in but by 127.0.0.1. Every target is made here."""

import json
import os
import pathlib
import subprocess
import sys
import tomllib
import unittest
import urllib.error
import urllib.request

import namespace
import plane
import probe

# Echoes what a stranger would hear: accepts on TCP, writes each datagram's text to standard output.
STRANGER = """
import socket, sys, threading
def accept(port):
    server = socket.create_server(("0.0.0.0", port))
    while True:
        server.accept()[0].close()
def hear(port):
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("0.0.0.0", port))
    if port == 53:
        print("ready", flush=True)
    while True:
        text, peer = udp.recvfrom(512)
        print(port, text.hex(), peer[0], flush=True)
for port in (443, 18555, 53):
    threading.Thread(target=accept, args=(port,), daemon=True).start()
    threading.Thread(target=hear, args=(port,), daemon=port != 53).start()
"""


def host_addresses():
    links = json.loads(plane.call("ip", "-json", "-4", "address"))
    return [entry["local"] for link in links for entry in link["addr_info"]]


class Isolation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.listener = probe.Listener()
        # The engine asks the first resolver of the machine, which is the stranger.
        cls.stranger = subprocess.Popen(
            ["nsenter", f"--net={namespace.OUTSIDE}", sys.executable, "-c", STRANGER], stdout=subprocess.PIPE, text=True)
        assert cls.stranger.stdout.readline() == "ready\n"
        os.set_blocking(cls.stranger.stdout.fileno(), False)
        plane.docker("network", "create", "other")
        plane.docker("run", "--detach", "--name", "lucid-neighbour", "--network", "other", "localhost/lucid/devnet:0.1.0")
        cls.neighbour = plane.address("neighbour")
        # The two that lead out stand on ordinary networks, each with a list of its own.
        os.environ.update(LUCID_HSM_HOST=namespace.STRANGER, LUCID_HSM_PORT=str(probe.PORT),
                          LUCID_WEBHOOKS_TO=f"{namespace.STRANGER}:{probe.PORT}")
        plane.compose("--profile", "hsm", "--profile", "webhooks", "up", "-d", "hsm", "hsm-inside", "webhooks")
        for name in ["hsm", "hsm-inside", "webhooks"]:
            plane.until(f"{name} is healthy", lambda: plane.health(name) == "healthy")
        plane.until("the neighbour listens", lambda: probe.tried(plane.pid("neighbour"), [("127.0.0.1", 8090)])["127.0.0.1:8090"][0] == "open")

    @classmethod
    def tearDownClass(cls):
        plane.docker("rm", "--force", "lucid-neighbour", "lucid-hsm-inside", "lucid-hsm", "lucid-webhooks")
        plane.docker("network", "rm", "other")
        cls.stranger.kill()
        cls.stranger.wait()
        cls.stranger.stdout.close()
        cls.listener.close()

    def targets(self):
        """The host at each of its addresses, loopback excepted; the bridge's gateway; another network; the stranger."""
        host = [(address, probe.PORT) for address in [*host_addresses(), "172.21.0.1"] if not address.startswith("127.")]
        return [*host, (self.neighbour, 8090), (namespace.STRANGER, 443), (namespace.STRANGER, 53), (namespace.STRANGER, 18555)]

    def heard_outside(self):
        # What has arrived, has: the stranger's own word closes the list.
        mark = os.urandom(8).hex()
        probe.inside(namespace.OUTSIDE, probe.TRIES, json.dumps([["127.0.0.1", 18555]]), mark)
        lines = []
        def complete():
            while line := self.stranger.stdout.readline():
                lines.append(line)
            return any(mark.encode().hex() in line for line in lines)
        plane.until("the stranger has heard the mark", complete, 10)
        return [line for line in lines if mark.encode().hex() not in line]

    def test_the_probes_reach_their_targets_from_where_they_may(self):
        outside = plane.pid("webhooks")
        found = probe.tried(outside, [(namespace.STRANGER, 443), (namespace.HOST, probe.PORT)])
        self.assertEqual([tcp for tcp, _ in found.values()], ["open", "open"], found)
        local = probe.tried(os.getpid(), [(address, probe.PORT) for address in host_addresses()])
        self.assertEqual({tcp for tcp, _ in local.values()}, {"open"}, local)

    def test_nothing_leaves_the_network_of_the_six_nor_the_nodes(self):
        self.heard_outside()
        self.listener.came.clear()
        self.listener.heard.clear()
        targets = self.targets()
        everyone = [*plane.inside(), *plane.AT_THE_NODE, "hsm-inside"]
        for name, found in probe.at_once(everyone, lambda name: probe.tried(plane.pid(name), targets, name)).items():
            for target, (tcp, _) in found.items():
                with self.subTest(inside=name, target=target):
                    self.assertNotEqual(tcp, "open")
        self.assertEqual((self.listener.came, self.listener.heard, self.heard_outside()), ([], [], []))

    def test_the_door_begins_no_connection(self):
        self.listener.came.clear()
        self.listener.heard.clear()
        self.heard_outside()
        targets = self.targets()
        for door, found in probe.at_once(plane.doors(), lambda door: probe.tried(plane.pid(door), targets, door)).items():
            for target, (tcp, udp) in found.items():
                with self.subTest(door=door, target=target):
                    self.assertNotEqual(tcp, "open")
                    self.assertNotEqual(udp, "sent")
        self.assertEqual((self.listener.came, self.listener.heard, self.heard_outside()), ([], [], []))
        # Whoever takes the process over finds no socket to do it with, either.
        for door in plane.doors():
            status = open(f"/proc/{plane.pid(door)}/status").read()
            self.assertIn("Seccomp:\t2\n", status)
            filters = int(status.split("Seccomp_filters:\t")[1].split("\n")[0])
            self.assertGreater(filters, 1, "the engine's filter and its own")

    def test_the_host_echoes_to_nobody(self):
        pings = lambda name: probe.inside(plane.pid(name), probe.PINGS, namespace.HOST).strip()
        self.assertEqual(pings("webhooks"), "answered", "who stands on an ordinary network")
        everyone = [*plane.inside(), *plane.AT_THE_NODE, "hsm-inside", *plane.doors()]
        found = probe.at_once(everyone, pings)
        for name in everyone:
            with self.subTest(inside=name):
                self.assertIn(found[name], ["Permission denied"] if name in plane.doors() else ["Network is unreachable", "timed out"])

    def test_no_name_is_asked_outside(self):
        self.heard_outside()
        everyone = [*plane.inside(), *plane.doors(), *plane.AT_THE_NODE, "webhooks"]
        probe.at_once(everyone, lambda name: probe.inside(plane.pid(name), probe.ASKS, f"{name}.leak.example"))
        heard = [line for line in self.heard_outside() if b"leak".hex() in line]
        # The forwarder that reaches merchants looks their names up; it shows that the stranger hears what is asked.
        self.assertNotEqual(heard, [])
        self.assertEqual([line for line in heard if b"\x08webhooks\x04leak".hex() not in line], [])
        # Engines of old ask a resolver on the host's own loopback from there, whatever the network; so none has one.
        for name in [*plane.inside(), *plane.doors(), *plane.AT_THE_NODE]:
            self.assertEqual(plane.inspect(name)["HostConfig"]["Dns"], ["0.0.0.0"], name)

    def test_siblings_answer_by_their_scopes_only(self):
        asks = "import sys,urllib.request,urllib.error\n" \
            "try: print(urllib.request.urlopen(sys.argv[1], timeout=5).status)\n" \
            "except urllib.error.HTTPError as error: print(error.code)"
        for path in ["/v1/wallets", "/v1/events"]:
            url = f"http://{plane.address('wallet-manager')}:8093{path}"
            self.assertEqual(probe.inside(plane.pid("payment-gateway"), asks, url).strip(), "401", path)

    def test_a_token_with_a_network_is_reached_at_its_one_host_and_port(self):
        found = probe.tried(plane.pid("wallet-manager"), [(plane.address("hsm-inside"), probe.PORT), (plane.address("hsm-inside"), 443)])
        self.assertEqual([tcp for tcp, _ in found.values()], ["open", "Connection refused"])
        for name in ["hsm", "hsm-inside"]:
            said = subprocess.run(["docker", "logs", f"lucid-{name}"], capture_output=True, text=True).stderr
            self.assertIn("serving", said)
            self.assertNotIn("not passed", said, "the stranger has answered")

    def asked_for(self, host, port):
        """What payment-gateway is answered when it asks for a host at the socket of its forwarder."""
        words = f"CONNECT {host}:{port} HTTP/1.1\r\nhost: {host}:{port}\r\n\r\n"
        return probe.answered(plane.pid("payment-gateway"), "/run/webhooks/out.sock", words)

    def test_webhooks_go_to_whom_the_list_has_and_to_nobody_else(self):
        self.heard_outside()
        self.listener.came.clear()
        self.assertEqual(self.asked_for(namespace.STRANGER, probe.PORT), "HTTP/1.1 200 Connected")
        for host, port in self.targets():
            if (host, port) != (namespace.STRANGER, probe.PORT):
                with self.subTest(asked=f"{host}:{port}"):
                    self.assertEqual(self.asked_for(host, port), "HTTP/1.1 403 Forbidden")
        self.assertEqual(self.listener.came, [])

    def test_webhooks_to_the_public_go_to_no_private_address(self):
        os.environ["LUCID_WEBHOOKS_TO"] = "public"
        plane.compose("--profile", "webhooks", "up", "-d", "webhooks")
        plane.until("webhooks is healthy", lambda: plane.health("webhooks") == "healthy")
        self.listener.came.clear()
        self.assertEqual(self.asked_for(namespace.PUBLIC, 443), "HTTP/1.1 200 Connected")
        self.assertEqual(self.asked_for(namespace.PUBLIC, probe.PORT), "HTTP/1.1 403 Forbidden", "another port")
        for host in {host for host, _ in self.targets()} | {"127.0.0.1", "localhost"}:
            with self.subTest(asked=host):
                self.assertEqual(self.asked_for(host, 443), "HTTP/1.1 403 Forbidden")
        self.assertEqual(self.listener.came, [])

    def test_the_nodes_that_are_listed_are_all_that_tron_client_can_name(self):
        for name in ["tron-client", "chain", "devnet-door"]:
            there = sorted(os.listdir(f"/proc/{plane.pid(name)}/root/run/chain"))
            self.assertEqual(there, ["devnet.sock"], name)
        places = tomllib.loads(pathlib.Path(f"/proc/{plane.pid('chain')}/root/etc/lucid/forwarder.toml").read_text())
        self.assertEqual(places, {"pass": [{"from": "unix:/run/chain/devnet.sock", "to": "tcp:devnet:8090"}]})

    def test_from_outside_only_loopback_answers(self):
        for name, port in plane.SERVICES.items():
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
                self.assertEqual(answer.status, 200, name)
        ports = [*plane.SERVICES.values(), 8090, 9090]
        elsewhere = [(address, port) for address in host_addresses() if not address.startswith("127.") for port in ports]
        # A neighbour who routes packets for the plane's networks to this machine.
        everywhere = elsewhere + [(plane.address(name), port) for name in [*plane.inside(), *plane.doors(), *plane.AT_THE_NODE]
                                  for port in ports]
        for where, targets in [(os.getpid(), elsewhere), (namespace.OUTSIDE, everywhere)]:
            found = probe.tried(where, targets)
            self.assertNotIn("open", {tcp for tcp, _ in found.values()}, found)

    def test_the_network_is_the_one_that_was_promised(self):
        [network] = json.loads(plane.docker("network", "inspect", "lucid-network-isolated"))
        self.assertEqual(network["IPAM"]["Config"], [{"Subnet": "172.21.0.0/16", "Gateway": "172.21.0.1"}])
        self.assertTrue(network["Internal"])
        self.assertIn("lucid-network-isolated", plane.docker("network", "ls"))
        members = {entry["Name"] for entry in network["Containers"].values()}
        self.assertEqual(members, {f"lucid-{name}" for name in [*plane.inside(), "hsm-inside"]})
        for name in plane.everything():
            self.assertEqual(len(plane.inspect(name)["NetworkSettings"]["Networks"]), 1, "no container stands on two")
