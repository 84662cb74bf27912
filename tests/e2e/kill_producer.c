// Sends each line of standard input to a topic with librdkafka's idempotent producer and says at the
// end how many were acknowledged. Arguments: port, connection string, topic.
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long acknowledged, refused;

static void delivered(rd_kafka_t* client, const rd_kafka_message_t* message, void* opaque) {
  (void)client;
  (void)opaque;
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    ++acknowledged;
  } else if (refused++ == 0) {
    fprintf(stderr, "refused: %s\n", rd_kafka_err2str(message->err));
  }
}

// Brokers that are down come back: the client goes on by itself.
static void passed_over(rd_kafka_t* client, int error, const char* reason, void* opaque) {
  (void)client;
  (void)opaque;
  if (error == RD_KAFKA_RESP_ERR__FATAL) fprintf(stderr, "fatal: %s\n", reason);
}

static void set(rd_kafka_conf_t* settings, const char* name, const char* value) {
  char why[256];
  if (rd_kafka_conf_set(settings, name, value, why, sizeof why) == RD_KAFKA_CONF_OK) return;
  fprintf(stderr, "%s\n", why);
  exit(2);
}

static rd_kafka_t* start(const char* port, const char* secret) {
  char server[32], why[256];
  snprintf(server, sizeof server, "127.0.0.1:%s", port);
  rd_kafka_conf_t* settings = rd_kafka_conf_new();
  set(settings, "bootstrap.servers", server);
  set(settings, "security.protocol", "SASL_PLAINTEXT");
  set(settings, "sasl.mechanism", "PLAIN");
  set(settings, "sasl.username", "$ConnectionString");
  set(settings, "sasl.password", secret);
  set(settings, "enable.idempotence", "true");
  set(settings, "message.timeout.ms", "170000");
  set(settings, "socket.timeout.ms", "5000");
  set(settings, "retry.backoff.ms", "20");
  set(settings, "reconnect.backoff.ms", "10");
  set(settings, "reconnect.backoff.max.ms", "100");
  set(settings, "log_level", "3");
  set(settings, "linger.ms", "2");
  set(settings, "batch.num.messages", "20");
  rd_kafka_conf_set_dr_msg_cb(settings, delivered);
  rd_kafka_conf_set_error_cb(settings, passed_over);
  rd_kafka_t* client = rd_kafka_new(RD_KAFKA_PRODUCER, settings, why, sizeof why);
  if (client == NULL) {
    fprintf(stderr, "%s\n", why);
    exit(2);
  }
  return client;
}

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  rd_kafka_t* client = start(argv[1], argv[2]);
  char line[256];
  while (fgets(line, sizeof line, stdin) != NULL) {
    size_t size = strcspn(line, "\n");
    while (rd_kafka_producev(client, RD_KAFKA_V_TOPIC(argv[3]), RD_KAFKA_V_VALUE(line, size),
                             RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                             RD_KAFKA_V_END) == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      rd_kafka_poll(client, 100);
    }
    rd_kafka_poll(client, 0);
  }
  rd_kafka_flush(client, 170000);
  printf("acked %ld\n", acknowledged);
  rd_kafka_destroy(client);
  return 0;
}
