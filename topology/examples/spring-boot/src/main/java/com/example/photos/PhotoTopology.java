package com.example.photos;

import dev.millrace.events.ImageEvent;
import dev.millrace.events.Prediction;
import dev.millrace.streams.Inference;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/** Reads photographs, and writes their labels. */
@Component
class PhotoTopology {

  @Autowired
  void describe(StreamsBuilder builder, Inference<String, ImageEvent, Prediction> inference) {
    builder.stream("photos", Consumed.with(Serdes.String(), ImageEvent.serde()))
        .processValues(inference)
        .filter((key, prediction) -> prediction.probability() >= 0.5f)
        .to("photo-labels", Produced.with(Serdes.String(), Prediction.serde()));
  }
}
