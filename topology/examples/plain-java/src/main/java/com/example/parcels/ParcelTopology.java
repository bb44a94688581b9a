package com.example.parcels;

import dev.millrace.events.Prediction;
import dev.millrace.streams.ImageInference;
import dev.millrace.streams.Inference;
import dev.millrace.streams.InferenceConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;

/** Reads parcels, classifies their photographs, and writes the parcels without the photographs. */
final class ParcelTopology {

  private ParcelTopology() {}

  /** Creates the inference. The caller closes it after the Kafka Streams client. */
  static Inference<String, Parcel, SortedParcel> inference(InferenceConfig config) {
    return ImageInference.<String, Parcel>builder(config, parcel -> parcel.getPhoto().toByteArray())
        .result(ParcelTopology::sort)
        .build();
  }

  static Topology of(Inference<String, Parcel, SortedParcel> inference) {
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream("parcels", Consumed.with(Serdes.String(), ProtobufSerde.of(Parcel.parser())))
        .processValues(inference)
        .to(
            "sorted-parcels",
            Produced.with(Serdes.String(), ProtobufSerde.of(SortedParcel.parser())));
    return builder.build();
  }

  private static SortedParcel sort(Parcel parcel, Prediction prediction) {
    return SortedParcel.newBuilder()
        .setDepot(parcel.getDepot())
        .setGrams(parcel.getGrams())
        .setColour(prediction.label())
        .setProbability(prediction.probability())
        .setModelVersion(prediction.model().version())
        .build();
  }
}
