// Produces 1000 records with every codec (idempotent, as the client does by default), reads them in
// a group and prints what it found. Arguments: port, connection string, topic.
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

public class KafkaPeer {
  public static void main(String[] args) throws Exception {
    String topic = args[2];
    Properties p = HubClient.settings(args[0], args[1]);
    p.put("group.id", "java");
    p.put("auto.offset.reset", "earliest");
    for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
      p.put("compression.type", codec);
      try (KafkaProducer<String, String> producer = new KafkaProducer<>(p)) {
        for (int i = 0; i < 1000; i++) {
          producer.send(new ProducerRecord<>(topic, "" + i, codec + " " + i));
        }
        producer.flush();
        int partition = producer.send(new ProducerRecord<>(topic, "42", codec)).get().partition();
        System.out.println("partition of 42: " + partition);
      }
    }
    int seen = 0;
    try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(p)) {
      consumer.subscribe(List.of(topic));
      long end = System.currentTimeMillis() + 20_000;
      while (seen < 5005 && System.currentTimeMillis() < end) {
        seen += consumer.poll(Duration.ofMillis(200)).count();
      }
      consumer.commitSync();
    }
    System.out.println("consumed: " + seen);
  }
}
