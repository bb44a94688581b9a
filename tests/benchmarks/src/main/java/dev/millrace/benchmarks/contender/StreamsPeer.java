package dev.millrace.benchmarks.contender;

import java.util.concurrent.CompletableFuture;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;

/** Starts Kafka Streams with {@link Settings#streamsKeys}, and waits until it runs. */
final class StreamsPeer {

  private StreamsPeer() {}

  static KafkaStreams start(Settings settings, Topology topology) throws Exception {
    KafkaStreams streams = new KafkaStreams(topology, settings.streamsKeys());
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
