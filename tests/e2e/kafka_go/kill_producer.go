// Sends each line of standard input to a topic with franz-go's default, idempotent producer and says
// at the end how many were acknowledged. Arguments: port, connection string, topic.
package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl/plain"
)

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func main() {
	login := plain.Auth{User: "$ConnectionString", Pass: os.Args[2]}
	client, err := kgo.NewClient(
		kgo.SeedBrokers("127.0.0.1:"+os.Args[1]),
		kgo.DefaultProduceTopic(os.Args[3]),
		kgo.SASL(login.AsMechanism()),
		kgo.AlwaysRetryEOF(), // a hub that is killed while it greets is none that wants TLS
		kgo.ProducerBatchMaxBytes(512),
		kgo.RecordDeliveryTimeout(170*time.Second),
		kgo.RecordRetries(1_000_000),
		kgo.RetryBackoffFn(func(int) time.Duration { return 20 * time.Millisecond }))
	if err != nil {
		fail(err)
	}
	var acknowledged, refused atomic.Int64
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		record := kgo.StringRecord(lines.Text())
		client.Produce(context.Background(), record, func(_ *kgo.Record, err error) {
			if err == nil {
				acknowledged.Add(1)
			} else if refused.Add(1) == 1 {
				fmt.Fprintln(os.Stderr, "refused:", err)
			}
		})
	}
	if err := client.Flush(context.Background()); err != nil {
		fail(err)
	}
	fmt.Println("acked", acknowledged.Load())
}
