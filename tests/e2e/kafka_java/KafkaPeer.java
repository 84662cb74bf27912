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
    Properties p = new Properties();
    p.put("bootstrap.servers", "127.0.0.1:" + args[0]);
    p.put("security.protocol", "SASL_PLAINTEXT");
    p.put("sasl.mechanism", "PLAIN");
    p.put(
        "sasl.jaas.config",
        "org.apache.kafka.common.security.plain.PlainLoginModule required"
            + " username=\"$ConnectionString\" password=\"" + args[1] + "\";");
    String strings = "org.apache.kafka.common.serialization.String";
    p.put("key.serializer", strings + "Serializer");
    p.put("value.serializer", strings + "Serializer");
    p.put("key.deserializer", strings + "Deserializer");
    p.put("value.deserializer", strings + "Deserializer");
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
