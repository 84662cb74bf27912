"""Sends each line of standard input to a topic with kafka-python's idempotent producer and says at the
end how many were acknowledged. Arguments: port, connection string, topic."""

import sys

from kafka import KafkaProducer

port, secret, topic = sys.argv[1:]
producer = KafkaProducer(bootstrap_servers=f"127.0.0.1:{port}", security_protocol="SASL_PLAINTEXT",
                         sasl_mechanism="PLAIN", sasl_plain_username="$ConnectionString",
                         sasl_plain_password=secret, enable_idempotence=True, acks="all", batch_size=400,
                         delivery_timeout_ms=170_000, request_timeout_ms=5_000, retry_backoff_ms=20,
                         reconnect_backoff_ms=10, reconnect_backoff_max_ms=100, linger_ms=2)
sent = [producer.send(topic, line.strip().encode()) for line in sys.stdin]
producer.flush(timeout=170)
print("acked", sum(future.succeeded() for future in sent))
