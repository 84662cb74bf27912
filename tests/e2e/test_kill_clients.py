"""Ten kills of the event hub under load through a cutting proxy. bench/kill_bench does two hundred;
test_hub_java.py has Kafka's Java client."""

from kill_clients import faults, kill_under_load


def test_what_was_acknowledged_is_there_once_and_in_order():
    result = kill_under_load(10, seed=20260601, families=("librdkafka", "python"))
    assert faults(result) == {}, result
    assert all(client["sent"] > 500 for client in result["clients"].values()), result
    assert result["cuts"] >= 3, result
