"""Kills of an event hub under load: clients of three families produce numbered records through a
proxy that cuts their connections, while the hub is killed and started again; then every record that
was acknowledged must be there once, and in its client's order.

    kill_clients.py KILLS [SEED [FAMILY…]]      families: librdkafka, python, java, go
"""

import collections
import contextlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from cutting_proxy import CuttingProxy
from hub_server import BUILD
from java_client import java_class_path

HERE = Path(__file__).parent
TOPIC, PARTITIONS = "events", 3
FAMILIES = ("librdkafka", "python", "java") + (("go",) if shutil.which("go") else ())


class Hub:
    """hub_serve, killed and started again in one folder."""

    def __init__(self, folder, proxy):
        self.folder, self.proxy = folder, proxy
        self.start()

    def start(self):
        self.process = subprocess.Popen([BUILD / "hub_serve", self.folder, f"{TOPIC}:{PARTITIONS}"],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        self.secret = self.process.stdout.readline().strip()
        self.proxy.upstream = self.port

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            pipe.close()

    def stop(self):
        self.process.stdin.close()
        assert self.process.wait(timeout=60) == 0
        self.process.stdout.close()


class Producer:
    """A client's own program: it sends each line of its standard input, and at its end says how many
    were acknowledged ("acked N")."""

    PAUSE = 0.01  # seconds after each five lines

    def __init__(self, name, command):
        self.name, self.sent = name, 0
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._feed)
        self._thread.start()

    def _feed(self):
        with contextlib.suppress(BrokenPipeError):
            while not self._ended.is_set():
                for _ in range(5):
                    self.process.stdin.write(f"{self.name}-{self.sent}\n")
                    self.sent += 1
                self.process.stdin.flush()
                time.sleep(self.PAUSE)

    def stop_sending(self):
        self._ended.set()
        self._thread.join()

    def acknowledged(self):
        """Waits until all that was sent has its answer."""
        out, _ = self.process.communicate(timeout=300)
        assert self.process.returncode == 0, f"{self.name} ended with {self.process.returncode}: {out}"
        return int(out.split("acked ")[1])


def start_librdkafka(port, secret):
    return Producer("librdkafka", [BUILD / "kill_producer", str(port), secret, TOPIC])


def start_python(port, secret):
    return Producer("python", [sys.executable, HERE / "kill_producer.py", str(port), secret, TOPIC])


def start_java(port, secret):
    classes = java_class_path("KillProducer.java")
    return Producer("java", ["java", "-cp", classes, "KillProducer", str(port), secret, TOPIC])


def start_go(port, secret):
    program = BUILD / "kill_producer_go"
    subprocess.run(["go", "build", "-o", program, "."], cwd=HERE / "kafka_go", check=True)
    return Producer("go", [program, str(port), secret, TOPIC])


STARTS = {"librdkafka": start_librdkafka, "python": start_python, "java": start_java, "go": start_go}


def read_all(port, secret):
    """Per partition, all values in order."""
    login = {"security.protocol": "SASL_PLAINTEXT", "sasl.mechanisms": "PLAIN",
             "sasl.username": "$ConnectionString", "sasl.password": secret}
    settings = [word for name, value in login.items() for word in ("-X", f"{name}={value}")]
    command = ["kcat", "-C", "-q", "-e", "-b", f"127.0.0.1:{port}", "-t", TOPIC, "-o", "beginning", *settings]
    return {p: subprocess.run([*command, "-p", str(p)], check=True, stdout=subprocess.PIPE, text=True,
                              timeout=300).stdout.split() for p in range(PARTITIONS)}


def compare(values, producers):
    """For each client: records that were refused, lost, there twice, and out of order."""
    result = {}
    for producer, acknowledged in producers.items():
        times, disorder = collections.Counter(), 0
        for records in values.values():
            numbers = [int(v.rsplit("-", 1)[1]) for v in records if v.startswith(producer.name + "-")]
            times.update(numbers)
            disorder += sum(b < a for a, b in zip(numbers, numbers[1:]))
        refused = producer.sent - acknowledged
        absent = sum(times[n] == 0 for n in range(producer.sent))
        result[producer.name] = {"sent": producer.sent, "refused": refused, "lost": max(0, absent - refused),
                                 "twice": sum(n > 1 for n in times.values()), "out of order": disorder}
    return result


def kill_under_load(kills, seed=1, families=FAMILIES, say=lambda text: None):
    seeded = random.Random(seed)
    folder = Path(tempfile.mkdtemp(prefix="hriste_kills_"))
    proxy = CuttingProxy(seed, every=6)
    hub = Hub(folder, proxy)
    producers = []
    try:
        producers += [STARTS[family](proxy.port, hub.secret) for family in families]
        for number in range(kills):
            time.sleep(seeded.uniform(0.2, 1.0))
            hub.kill()
            hub.start()
            if (number + 1) % 20 == 0:
                say(f"{number + 1} kills, {proxy.cuts} cut connections, {sum(p.sent for p in producers)} records")
        for producer in producers:
            producer.stop_sending()
        acknowledged = {producer: producer.acknowledged() for producer in producers}
        result = compare(read_all(hub.port, hub.secret), acknowledged)
        hub.stop()
        return {"kills": kills, "cuts": proxy.cuts, "clients": result}
    finally:
        proxy.close()
        if hub.process.poll() is None:
            hub.process.kill()
        for producer in producers:
            producer.stop_sending()
            if producer.process.poll() is None:
                producer.process.kill()
        shutil.rmtree(folder, ignore_errors=True)


def faults(result):
    return {name: client for name, client in result["clients"].items()
            if any(number for key, number in client.items() if key != "sent")}


if __name__ == "__main__":
    outcome = kill_under_load(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1,
                              sys.argv[3:] or FAMILIES, lambda text: print(text, flush=True))
    print(f"{outcome['kills']} kills, {outcome['cuts']} cut connections")
    for client, numbers in outcome["clients"].items():
        print(f"{client:12} " + "  ".join(f"{key} {value}" for key, value in numbers.items()))
    sys.exit(1 if faults(outcome) else 0)
