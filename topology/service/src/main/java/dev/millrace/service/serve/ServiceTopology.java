package dev.millrace.service.serve;

import dev.millrace.events.ImageEvent;
import dev.millrace.events.Prediction;
import dev.millrace.streams.ImageInference;
import dev.millrace.streams.sending.LimitsReader;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;

/** Images in, predictions out. */
final class ServiceTopology {

  private ServiceTopology() {}

  /**
   * Builds it. Keys pass as bytes, whatever they are, and a partition's predictions go to the
   * partition of the same number, modulo how many there are: so the order holds whatever the key.
   *
   * @param limits what the brokers take
   */
  static Topology of(Topics topics, ImageInference<byte[]> inference, LimitsReader limits) {
    StreamsBuilder builder = new StreamsBuilder();
    Consumed<byte[], ImageEvent> consumed =
        Consumed.with(Serdes.ByteArray(), ImageEvent.serde()).withName("images");
    KStream<byte[], ImageEvent> images =
        topics.inputPattern() == null
            ? builder.stream(topics.inputs(), consumed)
            : builder.stream(Pattern.compile(topics.inputPattern()), consumed);
    images
        .processValues(inference, Named.as("inference"))
        .processValues(
            new SendablePredictions(topics.output(), limits, Clock.systemUTC()),
            Named.as("sendable-predictions"))
        .to(
            topics.output(),
            Produced.with(Serdes.ByteArray(), Prediction.serde())
                .withName("predictions")
                .withStreamPartitioner(
                    (topic, key, prediction, partitions) ->
                        Optional.of(Set.of(prediction.source().partition() % partitions))));
    return builder.build();
  }
}
