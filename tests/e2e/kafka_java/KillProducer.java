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
    Properties p = HubClient.settings(args[0], args[1]);
    p.put("batch.size", "400");
    p.put("delivery.timeout.ms", "170000");
    p.put("max.block.ms", "170000");
    p.put("request.timeout.ms", "5000");
    p.put("retry.backoff.ms", "20");
    p.put("reconnect.backoff.ms", "10");
    p.put("reconnect.backoff.max.ms", "100");
    AtomicLong acked = new AtomicLong();
    AtomicLong refused = new AtomicLong();
    try (KafkaProducer<String, String> producer = new KafkaProducer<>(p)) {
      BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        producer.send(
            new ProducerRecord<>(args[2], line),
            (metadata, error) -> {
              if (error == null) acked.incrementAndGet();
              else if (refused.incrementAndGet() == 1) System.err.println("refused: " + error);
            });
      }
      producer.flush();
    }
    System.out.println("acked " + acked.get());
  }
}
