package com.example.gallery;

import dev.millrace.events.ImageEvent;
import dev.millrace.events.Prediction;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Produced;

/** Reads pictures. Writes the colour of each picture, and the bright pictures. */
final class GalleryTopology {

  private GalleryTopology() {}

  static Topology of(Inferences inferences) {
    StreamsBuilder builder = new StreamsBuilder();
    KStream<String, ImageEvent> pictures =
        builder.stream("pictures", Consumed.with(Serdes.String(), ImageEvent.serde()));
    pictures
        .processValues(inferences.colours())
        .to("picture-colours", Produced.with(Serdes.String(), Prediction.serde()));
    pictures
        .processValues(inferences.brightness())
        .filter((key, prediction) -> prediction.label().equals("bright"))
        .to("bright-pictures", Produced.with(Serdes.String(), Prediction.serde()));
    return builder.build();
  }
}
