package dev.millrace.benchmarks.contender;

import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;

/**
 * Starts Kafka Streams as a peer does: with Kafka's defaults but those that speed and fairness ask
 * for.
 */
final class StreamsPeer {

  private StreamsPeer() {}

  static KafkaStreams start(Settings settings, Topology topology) throws Exception {
    Properties kafka = new Properties();
    kafka.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
    kafka.put(StreamsConfig.APPLICATION_ID_CONFIG, settings.group());
    kafka.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    kafka.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, settings.threads());
    kafka.put(
        StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
        settings.exactlyOnce() ? StreamsConfig.EXACTLY_ONCE_V2 : StreamsConfig.AT_LEAST_ONCE);
    kafka.putAll(settings.kafka());
    KafkaStreams streams = new KafkaStreams(topology, kafka);
    CompletableFuture<Void> running = new CompletableFuture<>();
    streams.setStateListener(
        (to, from) -> {
          if (to == KafkaStreams.State.RUNNING) {
            running.complete(null);
          } else if (to == KafkaStreams.State.ERROR) {
            running.completeExceptionally(new IllegalStateException("the stream failed"));
          }
        });
    streams.start();
    running.get();
    return streams;
  }
}
