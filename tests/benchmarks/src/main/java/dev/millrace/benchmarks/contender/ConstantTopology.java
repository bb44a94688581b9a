package dev.millrace.benchmarks.contender;

import dev.millrace.events.Prediction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;

/**
 * A Kafka Streams topology that writes a constant prediction for each record. The settings choose
 * at-least-once or exactly-once processing.
 */
final class ConstantTopology {

  private static final byte[] KEY = "100000".getBytes(StandardCharsets.UTF_8);

  private ConstantTopology() {}

  static AutoCloseable start(Settings settings) throws Exception {
    byte[] prediction;
    try (Classifier classifier = new Classifier(settings)) {
      Prediction.Source source = new Prediction.Source(settings.input(), 0, 100_000);
      prediction =
          classifier.classify(List.of(new Classifier.Image(KEY, new byte[1], source))).get(0);
    }
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream(settings.input(), Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
        .mapValues(encoded -> prediction)
        .to(settings.output(), Produced.with(Serdes.ByteArray(), Serdes.ByteArray()));
    return StreamsPeer.start(settings, builder.build());
  }
}
