// What every client of a hub needs to be told.
import java.util.Properties;

class HubClient {
  /// Settings for records of strings, logged in with the connection string.
  static Properties settings(String port, String secret) {
    Properties p = new Properties();
    p.put("bootstrap.servers", "127.0.0.1:" + port);
    p.put("security.protocol", "SASL_PLAINTEXT");
    p.put("sasl.mechanism", "PLAIN");
    p.put(
        "sasl.jaas.config",
        "org.apache.kafka.common.security.plain.PlainLoginModule required"
            + " username=\"$ConnectionString\" password=\"" + secret + "\";");
    String strings = "org.apache.kafka.common.serialization.String";
    p.put("key.serializer", strings + "Serializer");
    p.put("value.serializer", strings + "Serializer");
    p.put("key.deserializer", strings + "Deserializer");
    p.put("value.deserializer", strings + "Deserializer");
    return p;
  }
}
