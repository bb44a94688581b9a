package dev.millrace.benchmarks.contender;

import dev.millrace.events.Prediction;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;

/**
 * Kafka Streams with one image at a time in {@code mapValues} and one stream thread for each core.
 * The settings choose at-least-once or exactly-once processing.
 */
final class MapValues {

  private MapValues() {}

  static AutoCloseable start(Settings settings) throws Exception {
    Classifier classifier = new Classifier(settings);
    StreamsBuilder builder = new StreamsBuilder();
    // mapValues does not get the partition and offset of a record, so every prediction names
    // partition 0 and offset 0.
    Prediction.Source source = new Prediction.Source(settings.input(), 0, 0);
    builder.stream(settings.input(), Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
        .mapValues(
            (key, encoded) -> classifier.classify(new Classifier.Image(key, encoded, source)))
        .to(settings.output(), Produced.with(Serdes.ByteArray(), Serdes.ByteArray()));
    KafkaStreams streams = StreamsPeer.start(settings, builder.build());
    return () -> {
      streams.close();
      classifier.close();
    };
  }
}
