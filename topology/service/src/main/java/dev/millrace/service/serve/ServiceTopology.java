package dev.millrace.service.serve;

import dev.millrace.events.ImageEvent;
import dev.millrace.events.Prediction;
import dev.millrace.streams.Inference;
import dev.millrace.streams.sending.LimitsReader;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;

/** Builds the service's topology, which reads images and writes predictions. */
final class ServiceTopology {

  private ServiceTopology() {}

  /**
   * Builds the topology. The topology copies keys as bytes, without parsing them. Predictions of
   * input partition p go to output partition p, modulo the number of output partitions. Predictions
   * of one input partition therefore keep their order, whatever keys they have.
   *
   * @param formats the formats of the input and output topics
   * @param limits reads the limits of the output topic
   * @param tap receives each prediction that is forwarded
   */
  static Topology of(
      Topics topics,
      EventFormats formats,
      Inference<byte[], ImageEvent, Prediction> inference,
      LimitsReader limits,
      PredictionTap tap) {
    StreamsBuilder builder = new StreamsBuilder();
    Serde<Prediction> predictions = formats.predictions();
    Consumed<byte[], ImageEvent> consumed =
        Consumed.with(Serdes.ByteArray(), formats.images()).withName("images");
    KStream<byte[], ImageEvent> images =
        topics.inputPattern() == null
            ? builder.stream(topics.inputs(), consumed)
            : builder.stream(Pattern.compile(topics.inputPattern()), consumed);
    images
        .processValues(inference, Named.as("inference"))
        .processValues(
            new SendablePredictions(
                topics.output(), predictions.serializer(), limits, Clock.systemUTC(), tap),
            Named.as("sendable-predictions"))
        .to(
            topics.output(),
            Produced.with(Serdes.ByteArray(), predictions)
                .withName("predictions")
                .withStreamPartitioner(
                    (topic, key, prediction, partitions) ->
                        Optional.of(Set.of(prediction.source().partition() % partitions))));
    return builder.build();
  }
}
