"""Peers of the event hub in Python: kafka-python produces and consumes, fastavro reads capture."""

import time

import fastavro
from hub_server import event_hub
from kafka import KafkaConsumer, KafkaProducer, TopicPartition


def settings(port, secret):
    return {
        "bootstrap_servers": f"127.0.0.1:{port}",
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "PLAIN",
        "sasl_plain_username": "$ConnectionString",
        "sasl_plain_password": secret,
    }


def test_kafka_python_produces_and_consumes_in_a_group(tmp_path):
    with event_hub(tmp_path, "views:2") as (port, secret):
        ours = settings(port, secret)
        producer = KafkaProducer(compression_type="gzip", acks="all", **ours)
        for i in range(500):
            producer.send("views", key=b"%d" % i, value=b"value %d" % i, headers=[("h", b"1")])
        producer.flush()
        consumer = KafkaConsumer(
            "views", group_id="g", auto_offset_reset="earliest", consumer_timeout_ms=3000, **ours
        )
        seen = {(r.key, r.value, tuple(r.headers)) for r in consumer}
        assert seen == {(b"%d" % i, b"value %d" % i, (("h", b"1"),)) for i in range(500)}
        consumer.commit()
        consumer.close()
        again = KafkaConsumer(group_id="g", **ours)
        both = [TopicPartition("views", p) for p in range(2)]
        assert sum(again.committed(p) for p in both) == 500
        assert sum(again.end_offsets(both).values()) == 500
        again.close()


def test_a_static_member_that_starts_again_stops_nobody(tmp_path):
    with event_hub(tmp_path, "views:2") as (port, secret):
        group = {"group_id": "g", "auto_offset_reset": "earliest", "session_timeout_ms": 30_000}

        def member(name):
            return KafkaConsumer("views", group_instance_id=name, **group, **settings(port, secret))

        first, second = member("A"), member("B")
        deadline = time.monotonic() + 30
        while not (first.assignment() and second.assignment()) and time.monotonic() < deadline:
            first.poll(200)
            second.poll(200)
        kept, lost = second.assignment(), first.assignment()
        assert len(kept) == len(lost) == 1
        first.close()  # a static member doesn't leave
        begin = time.monotonic()
        first = member("A")
        while not first.assignment() and time.monotonic() - begin < 25:
            first.poll(200)
            second.poll(50)
        assert first.assignment() == lost
        assert second.assignment() == kept
        assert time.monotonic() - begin < 5  # not the session's 30 s
        first.close()
        second.close()


def test_fastavro_reads_what_is_captured(tmp_path):
    with event_hub(tmp_path, "views:1") as (port, secret):
        producer = KafkaProducer(**settings(port, secret))
        for i in range(100):
            producer.send("views", key=b"k", value=b"%d" % i, headers=[("trace", b"\x00\xff")])
        producer.flush()
        deadline = time.monotonic() + 90  # a window is a minute of the clock
        files = []
        while not files and time.monotonic() < deadline:
            time.sleep(0.2)
            files = sorted(tmp_path.glob("lake/playground/views/0/**/*.avro"))
    assert files
    events = []
    for file in files:
        with file.open("rb") as f:
            reader = fastavro.reader(f)
            assert reader.writer_schema["name"] == "Microsoft.ServiceBus.Messaging.EventData"
            events += list(reader)
    assert [e["SequenceNumber"] for e in events] == list(range(len(events)))
    assert [e["Body"] for e in events] == [b"%d" % i for i in range(len(events))]
    for e in events:
        assert e["Offset"] == str(e["SequenceNumber"])
        assert e["Properties"] == {"trace": b"\x00\xff"}
        assert e["SystemProperties"]["x-opt-partition-key"] == "k"
        at = time.gmtime(e["SystemProperties"]["x-opt-enqueued-time"] / 1000)
        hour = at.tm_hour % 12 or 12
        half = "AM" if at.tm_hour < 12 else "PM"
        assert e["EnqueuedTimeUtc"] == (
            f"{at.tm_mon}/{at.tm_mday}/{at.tm_year} {hour}:{at.tm_min:02}:{at.tm_sec:02} {half}"
        )
