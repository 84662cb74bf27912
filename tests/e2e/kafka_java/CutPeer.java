// Produces numbered records as the client does by default (idempotent, five requests under way),
// through a proxy that cuts, and then reads the log: each must be there once and in order.
// Arguments: the proxy's port, the hub's, connection string, topic, records.
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

public class CutPeer {
  public static void main(String[] args) throws Exception {
    Properties p = HubClient.settings(args[0], args[2]);
    p.put("batch.size", "200"); // many requests
    p.put("linger.ms", "0");
    p.put("reconnect.backoff.ms", "10");
    p.put("reconnect.backoff.max.ms", "50");
    p.put("retry.backoff.ms", "10");
    p.put("retry.backoff.max.ms", "50");
    int records = Integer.parseInt(args[4]);
    Map<Long, String> acknowledged = new ConcurrentHashMap<>();
    AtomicInteger failed = new AtomicInteger();
    try (KafkaProducer<String, String> producer = new KafkaProducer<>(p)) {
      for (int i = 0; i < records; i++) {
        String value = String.format("%09d", i);
        producer.send(
            new ProducerRecord<>(args[3], 0, null, value),
            (at, error) -> {
              if (error != null) failed.incrementAndGet();
              else acknowledged.put(at.offset(), value);
            });
        if (i % 40 == 0) Thread.sleep(2);
      }
      producer.flush();
    }
    p.put("bootstrap.servers", "127.0.0.1:" + args[1]);
    List<String> log = new ArrayList<>();
    Map<Long, String> there = new HashMap<>();
    try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(p)) {
      TopicPartition partition = new TopicPartition(args[3], 0);
      consumer.assign(List.of(partition));
      consumer.seek(partition, 0);
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      while (consumer.position(partition) < end) {
        consumer.poll(Duration.ofMillis(500)).forEach(r -> {
          log.add(r.value());
          there.put(r.offset(), r.value());
        });
      }
    }
    long wrong =
        acknowledged.entrySet().stream().filter(e -> !e.getValue().equals(there.get(e.getKey()))).count();
    int disorder = 0;
    for (int i = 1; i < log.size(); i++) {
      if (log.get(i).compareTo(log.get(i - 1)) <= 0) disorder++;
    }
    System.out.printf(
        "acknowledged %d failed %d wrong %d log %d disorder %d%n",
        acknowledged.size(), failed.get(), wrong, log.size(), disorder);
  }
}
