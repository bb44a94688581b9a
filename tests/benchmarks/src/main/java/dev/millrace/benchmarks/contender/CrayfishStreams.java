package dev.millrace.benchmarks.contender;

import dev.millrace.benchmarks.crayfish.CrayfishEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;

/**
 * The design of Crayfish's Kafka Streams application: the stream thread reads an event's JSON, runs
 * the network on the event's data point, and writes the whole event with its scores as JSON.
 *
 * <p>This program does less work than Crayfish's own code. It has one session for all partitions,
 * creates no new JSON mapper for each event, and keeps numbers in arrays and not in lists of
 * objects. It has no state store, because Crayfish's code neither reads nor writes its store.
 */
final class CrayfishStreams {

  private CrayfishStreams() {}

  static AutoCloseable start(Settings settings) throws Exception {
    PointNetwork network = new PointNetwork(Files.readAllBytes(settings.original()));
    Serde<CrayfishEvent> events =
        Serdes.serdeFrom((topic, event) -> write(event), (topic, bytes) -> read(bytes));
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream(settings.input(), Consumed.with(Serdes.ByteArray(), events))
        .mapValues(event -> event.answered(network.scores(event.values())))
        .to(settings.output(), Produced.with(Serdes.ByteArray(), events));
    KafkaStreams streams = StreamsPeer.start(settings, builder.build());
    return () -> {
      streams.close();
      network.close();
    };
  }

  private static byte[] write(CrayfishEvent event) {
    try {
      return event.json();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
  }

  private static CrayfishEvent read(byte[] json) {
    try {
      return CrayfishEvent.parse(json);
    } catch (IOException e) {
      throw new UncheckedIOException("the record holds no event of Crayfish", e);
    }
  }
}
