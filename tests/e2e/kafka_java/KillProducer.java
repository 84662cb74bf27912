// Sends each line of standard input to a topic with the Java client's default, idempotent producer
// and says at the end how many were acknowledged. Arguments: port, connection string, topic.
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

public class KillProducer {
  public static void main(String[] args) throws Exception {
    Properties p = new Properties();
    p.put("bootstrap.servers", "127.0.0.1:" + args[0]);
    p.put("security.protocol", "SASL_PLAINTEXT");
    p.put("sasl.mechanism", "PLAIN");
    p.put(
        "sasl.jaas.config",
        "org.apache.kafka.common.security.plain.PlainLoginModule required"
            + " username=\"$ConnectionString\" password=\"" + args[1] + "\";");
    String strings = "org.apache.kafka.common.serialization.StringSerializer";
    p.put("key.serializer", strings);
    p.put("value.serializer", strings);
    p.put("batch.size", "400");
    p.put("delivery.timeout.ms", "170000");
    p.put("request.timeout.ms", "5000");
    p.put("retry.backoff.ms", "20");
    p.put("reconnect.backoff.ms", "10");
    p.put("reconnect.backoff.max.ms", "100");
    AtomicLong acked = new AtomicLong();
    try (KafkaProducer<String, String> producer = new KafkaProducer<>(p)) {
      BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        producer.send(
            new ProducerRecord<>(args[2], line),
            (metadata, error) -> {
              if (error == null) acked.incrementAndGet();
              else System.err.println(error);
            });
      }
      producer.flush();
    }
    System.out.println("acked " + acked.get());
  }
}
