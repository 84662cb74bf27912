"""What `hriste generate … --kafka` must leave in a topic, whichever Kafka it is."""

import csv
import random
import signal
import subprocess
import time
from datetime import datetime

from conftest import BUILD, environment
from kafka import KafkaConsumer, TopicPartition

HRISTE = BUILD / "hriste"
WORLD = ["--users", "500", "--products", "50", "--orders", "300", "--traffic-hours", "2", "--event-rate", "8",
         "--late-event", "0.05", "--duplicate-event", "0.05", "--malformed-json", "0.05"]


def murmur2(key):
    """Kafka's, by the Java client's source."""
    mask = 0xFFFFFFFF
    h = (0x9747B28C ^ len(key)) & mask
    whole = len(key) // 4 * 4
    for i in range(0, whole, 4):
        k = int.from_bytes(key[i:i + 4], "little") * 0x5BD1E995 & mask
        k = (k ^ k >> 24) * 0x5BD1E995 & mask
        h = (h * 0x5BD1E995 & mask) ^ k
    rest = key[whole:]
    if rest:
        h = (h ^ int.from_bytes(rest, "little")) * 0x5BD1E995 & mask
    h = (h ^ h >> 13) * 0x5BD1E995 & mask
    return h ^ h >> 15


def command(*arguments, secret=None, world=WORLD):
    more = ["--kafka-config", "sasl.password=" + secret] if secret else []
    return [HRISTE, "generate", *map(str, arguments), *more, *world]


def start(*arguments, out=subprocess.PIPE, **options):
    return subprocess.Popen(command(*arguments, **options), env=environment(), text=True, stdout=out,
                            stderr=subprocess.PIPE)


def generate(*arguments, status=0, **options):
    process = start(*arguments, **options)
    out, err = process.communicate(timeout=300)
    assert process.returncode == status, err
    assert "Tajne" not in out + err
    return out, err


def expected_events(table, partitions, until="2026-06-01"):
    """[(arrival in ms, key, value)] by partition."""
    slice_of = [table, "--to", until, "--out", "-"]
    values = generate(*slice_of)[0].splitlines()
    rows = list(csv.DictReader(generate(*slice_of, "--format", "csv")[0].splitlines()))
    assert len(values) == len(rows) > 100
    by_partition = [[] for _ in range(partitions)]
    for value, row in zip(values, rows):
        arrival = datetime.fromisoformat(row["arrival_time"].replace("Z", "+00:00"))
        key = row["user_id"].encode()
        by_partition[(murmur2(key) & 0x7FFFFFFF) % partitions].append(
            (round(arrival.timestamp() * 1000), key, value.encode()))
    return by_partition


def found_events(settings, topic, stamped=True):
    """The same of what is there."""
    consumer = KafkaConsumer(consumer_timeout_ms=4000, **settings)
    partitions = [TopicPartition(topic, p) for p in sorted(consumer.partitions_for_topic(topic))]
    ends = consumer.end_offsets(partitions)
    consumer.assign(partitions)
    consumer.seek_to_beginning(*partitions)
    by_partition = [[] for _ in partitions]
    missing = sum(ends.values())
    while missing > 0:
        batch = consumer.poll(timeout_ms=4000)
        assert batch, f"{missing} records can't be read"
        for partition, records in batch.items():
            missing -= len(records)
            by_partition[partition.partition] += [(r.timestamp if stamped else 0, r.key, r.value) for r in records]
    consumer.close()
    return by_partition


def without_stamps(events):
    return [[(0, key, value) for _, key, value in rows] for rows in events]


def kill_at_random(rounds, *arguments, **options):
    """Starts the command and kills it, again and again."""
    chance = random.Random(3)
    for _ in range(rounds):
        process = start(*arguments, **options)
        time.sleep(chance.uniform(0.05, 0.6))
        process.send_signal(signal.SIGKILL)
        process.communicate()


def live_until(process, seconds):
    """Lets a live stream run, ends it by Ctrl-C, gives what it said."""
    time.sleep(seconds)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return out, err
