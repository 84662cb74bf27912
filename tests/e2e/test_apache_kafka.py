"""`hriste generate … --kafka` against Apache Kafka itself: one KRaft node, started here."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest
from conftest import SOURCE, is_listening, wait_until
from generated_topic import expected_events, found_events, generate, kill_at_random, live_until, start
from kafka.admin import KafkaAdminClient, NewTopic


def free_ports(count):
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


class ApacheKafka:
    def __init__(self, folder):
        jars = subprocess.check_output([SOURCE / "script/kafka-jars"], text=True, timeout=900).strip()
        self.folder = Path(folder)
        self.port, controller = free_ports(2)
        self.address = f"127.0.0.1:{self.port}"
        self.java = ["java", "-Xmx400m", "-cp", f"{jars}/*"]
        self.properties = self.folder / "server.properties"
        self.properties.write_text(f"""process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://{self.address},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://{self.address}
controller.listener.names=CONTROLLER
log.dirs={self.folder}/logs
log.retention.ms=-1
log.message.timestamp.after.max.ms=9223372036854775807
offsets.topic.replication.factor=1
share.coordinator.state.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
""")
        subprocess.run([*self.java, "kafka.tools.StorageTool", "format", "-t", "hristehristehristehrist",
                        "-c", self.properties], check=True, capture_output=True, timeout=120)
        self.start()

    def start(self):
        log = (self.folder / "out.log").open("ab")
        self.process = subprocess.Popen([*self.java, "kafka.Kafka", self.properties], stdout=log, stderr=log)
        wait_until(lambda: is_listening(self.port), 60, "Apache Kafka's start")

    def admin(self):
        end = time.monotonic() + 60
        while True:
            try:
                return KafkaAdminClient(bootstrap_servers=self.address)
            except Exception:
                assert time.monotonic() < end
                time.sleep(0.5)

    def create(self, name, partitions):
        admin = self.admin()
        admin.create_topics([NewTopic(name, partitions, 1)])
        admin.close()

    def topics(self):
        admin = self.admin()
        names = admin.list_topics()
        admin.close()
        return names

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    running = ApacheKafka(tmp_path_factory.mktemp("kafka"))
    yield running
    running.kill()


def test_events_keep_key_order_and_arrival(broker):
    broker.create("views", 4)
    for _ in range(2):
        generate("pageviews", "--kafka", broker.address, "--topic", "views")
    assert found_events({"bootstrap_servers": broker.address}, "views") == expected_events("pageviews", 4)


def test_killed_and_live_it_goes_on(broker):
    broker.create("stars", 3)
    live = ["stars", "--live", "--speed", "5000", "--kafka", broker.address]
    kill_at_random(4, *live)
    live_until(start(*live), 3)
    found = found_events({"bootstrap_servers": broker.address}, "stars")
    assert sum(map(len, found)) > sum(map(len, expected_events("stars", 3)))
    for have, must in zip(found, expected_events("stars", 3, "2026-06-03")):
        assert have == must[:len(have)]


def test_an_unknown_topic_is_not_made(broker):
    assert "does not exist" in generate("pageviews", "--kafka", broker.address, "--topic", "unknown", status=2)[1]
    assert "unknown" not in broker.topics()


def test_a_broker_that_goes_away_is_said_and_overcome(broker):
    broker.create("again", 2)
    more = ["--kafka-config", "message.timeout.ms=3000", "--topic", "again", "--kafka", broker.address]
    process = start("pageviews", *more, "--live", "--speed", "1")
    time.sleep(2)
    broker.kill()
    out, err = process.communicate(timeout=60)
    assert process.returncode == 2, err
    assert "topic again" in err
    broker.start()
    broker.admin().close()
    generate("pageviews", *more)
    found = found_events({"bootstrap_servers": broker.address}, "again")
    for have, must in zip(found, expected_events("pageviews", 2, "2026-06-02")):
        assert have == must[:len(have)]
        assert len(have) > 100
