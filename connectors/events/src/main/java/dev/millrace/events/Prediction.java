package dev.millrace.events;

import java.util.List;
import java.util.Objects;
import org.apache.kafka.common.serialization.Serde;

/**
 * The answer to one image.
 *
 * @param id the image's id: its record's key, or {@code topic-partition-offset} if it has none
 * @param model the model version that answered
 * @param label name of the most probable class
 * @param probability that class's probability
 * @param top the most probable classes, most probable first
 * @param probabilities the whole distribution in the order of the model's outputs, or null if it
 *     was not asked for
 * @param source the input record
 */
public record Prediction(
    String id,
    Model model,
    String label,
    float probability,
    List<Top> top,
    Probabilities probabilities,
    Source source) {

  /**
   * A model version, named beyond doubt.
   *
   * @param sha256 checksum of the model file that ran
   */
  public record Model(String name, int version, String sha256) {

    public Model {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(sha256, "sha256");
    }
  }

  /** One of the most probable classes. */
  public record Top(int index, String label, float probability) {

    public Top {
      Objects.requireNonNull(label, "label");
    }
  }

  /** Where the image came from. */
  public record Source(String topic, int partition, long offset) {

    public Source {
      Objects.requireNonNull(topic, "topic");
    }
  }

  public Prediction {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(label, "label");
    top = List.copyOf(top);
    Objects.requireNonNull(source, "source");
  }

  /**
   * The serde of prediction topics: one JSON object, in UTF-8, its fields in the order of this
   * record's. Reading throws Kafka's {@code SerializationException} for what is no prediction: a
   * field that is missing or of another type; fields it does not know are passed over. Thread-safe.
   */
  public static Serde<Prediction> serde() {
    return PredictionJson.serde();
  }
}
