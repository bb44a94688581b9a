package dev.millrace.events;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * The classification of one image.
 *
 * @param id the image's id: its record's key; without a key {@code topic-partition-offset}, or a
 *     random UUID if there is no input record
 * @param model the model version that classified the image
 * @param label name of the most probable class
 * @param probability probability of the most probable class, from 0 to 1
 * @param top the most probable classes, most probable first
 * @param labels for independent classes, the names of the classes whose probability is at least
 *     {@link #THRESHOLD}, most probable first; may be empty. Null for exclusive classes. Of
 *     independent classes, any number may be right. Of exclusive classes, exactly one is right
 * @param probabilities the probabilities of all classes in the order of the model's outputs. They
 *     sum to 1 unless the classes are independent. Null if the topology was configured to omit them
 * @param source the input record; {@link Source#NONE} if there is none
 * @param revision for an image that is stored outside the record, the revision that was classified:
 *     the version id in S3, otherwise the ETag. Null if the store names none, or if the record
 *     holds the image
 */
public record Prediction(
    String id,
    Model model,
    String label,
    float probability,
    List<Top> top,
    List<String> labels,
    Probabilities probabilities,
    Source source,
    String revision) {

  /** Lowest probability at which a prediction lists an independent class in {@code labels}. */
  public static final float THRESHOLD = 0.5f;

  /**
   * The model version that classified an image.
   *
   * @param name the model's name
   * @param version the version's number
   * @param sha256 checksum of the model file that ran: 64 lower-case hexadecimal digits
   */
  public record Model(String name, int version, String sha256) {

    /**
     * Requires the name and the checksum.
     *
     * @param name the model's name
     * @param version the version's number
     * @param sha256 checksum of the model file that ran
     * @throws NullPointerException if {@code name} or {@code sha256} is null
     */
    public Model {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(sha256, "sha256");
    }
  }

  /**
   * One of the most probable classes.
   *
   * @param index the class's index in the model's outputs, from 0
   * @param label the class's name
   * @param probability the class's probability, from 0 to 1
   */
  public record Top(int index, String label, float probability) {

    /**
     * Requires the label.
     *
     * @param index the class's index in the model's outputs, from 0
     * @param label the class's name
     * @param probability the class's probability, from 0 to 1
     * @throws NullPointerException if {@code label} is null
     */
    public Top {
      Objects.requireNonNull(label, "label");
    }
  }

  /**
   * The input record of a prediction.
   *
   * @param topic the input topic; empty if there is no input record
   * @param partition the record's partition
   * @param offset the record's offset
   */
  public record Source(String topic, int partition, long offset) {

    /**
     * The source of a prediction whose image has no input record, for example because a punctuator
     * of Kafka Streams has created the record. Its topic is empty, and its numbers are 0.
     */
    public static final Source NONE = new Source("", 0, 0);

    /**
     * Requires the topic.
     *
     * @param topic the input topic
     * @param partition the record's partition
     * @param offset the record's offset
     * @throws NullPointerException if {@code topic} is null
     */
    public Source {
      Objects.requireNonNull(topic, "topic");
    }
  }

  /**
   * Requires all values except {@code labels}, {@code probabilities} and {@code revision}, and
   * copies the lists.
   *
   * @param id the image's id
   * @param model the model version that classified the image
   * @param label name of the most probable class
   * @param probability probability of the most probable class, from 0 to 1
   * @param top the most probable classes, most probable first
   * @param labels names of the independent classes whose probability is at least {@link
   *     #THRESHOLD}, or null for exclusive classes
   * @param probabilities the probabilities of all classes in the order of the model's outputs
   * @param source the input record
   * @param revision the revision of an image that is stored elsewhere, or null
   * @throws NullPointerException if a required value is null
   */
  public Prediction {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(label, "label");
    top = List.copyOf(top);
    labels = labels == null ? null : List.copyOf(labels);
    Objects.requireNonNull(source, "source");
  }

  /**
   * Creates a prediction of exclusive classes.
   *
   * @param id the image's id
   * @param model the model version that classified the image
   * @param label name of the most probable class
   * @param probability probability of the most probable class, from 0 to 1
   * @param top the most probable classes, most probable first
   * @param probabilities the probabilities of all classes in the order of the model's outputs, or
   *     null
   * @param source the input record
   * @throws NullPointerException if a required value is null
   */
  public Prediction(
      String id,
      Model model,
      String label,
      float probability,
      List<Top> top,
      Probabilities probabilities,
      Source source) {
    this(id, model, label, probability, top, null, probabilities, source);
  }

  /**
   * Creates a prediction without a revision.
   *
   * @param id the image's id
   * @param model the model version that classified the image
   * @param label name of the most probable class
   * @param probability probability of the most probable class, from 0 to 1
   * @param top the most probable classes, most probable first
   * @param labels names of the independent classes whose probability is at least {@link
   *     #THRESHOLD}, or null for exclusive classes
   * @param probabilities the probabilities of all classes in the order of the model's outputs, or
   *     null
   * @param source the input record
   * @throws NullPointerException if a required value is null
   */
  public Prediction(
      String id,
      Model model,
      String label,
      float probability,
      List<Top> top,
      List<String> labels,
      Probabilities probabilities,
      Source source) {
    this(id, model, label, probability, top, labels, probabilities, source, null);
  }

  /**
   * Creates a prediction from the probabilities of all classes.
   *
   * @param id the image's id
   * @param model the model version that classified the image
   * @param names names of the classes, in the order of the model's outputs
   * @param independent whether the classes are independent of each other
   * @param probabilities the probabilities of all classes, which become part of the prediction
   * @param k number of most probable classes to list, at least 1
   * @param source the input record
   * @return the prediction
   */
  public static Prediction of(
      String id,
      Model model,
      List<String> names,
      boolean independent,
      Probabilities probabilities,
      int k,
      Source source) {
    List<Top> top =
        Arrays.stream(probabilities.top(k))
            .mapToObj(index -> new Top(index, names.get(index), probabilities.get(index)))
            .toList();
    return new Prediction(
        id,
        model,
        top.get(0).label(),
        top.get(0).probability(),
        top,
        independent ? right(probabilities, names) : null,
        probabilities,
        source);
  }

  /**
   * {@return the names of the independent classes whose probability is at least {@link #THRESHOLD},
   * most probable first}
   */
  private static List<String> right(Probabilities probabilities, List<String> names) {
    int count = 0;
    for (int i = 0; i < probabilities.size(); i++) {
      if (probabilities.get(i) >= THRESHOLD) {
        count++;
      }
    }
    return Arrays.stream(probabilities.top(count)).mapToObj(names::get).toList();
  }

  /** {@return this prediction without the probabilities of all classes} */
  public Prediction withoutProbabilities() {
    return new Prediction(id, model, label, probability, top, labels, null, source, revision);
  }

  /**
   * {@return this prediction with the revision of the image}
   *
   * @param known the revision of an image that is stored elsewhere, or null
   */
  public Prediction withRevision(String known) {
    return new Prediction(id, model, label, probability, top, labels, probabilities, source, known);
  }

  /**
   * {@return whether the classes are independent of each other, so that any number of them may be
   * right}
   */
  public boolean independent() {
    return labels != null;
  }

  /**
   * {@return the serde of prediction topics} A value is one JSON object in UTF-8, with the fields
   * in the order of this record's components. {@code prediction.schema.json} in this package is the
   * JSON Schema of the object. A prediction of independent classes has the field {@code "kind":
   * "independent"} after the model. A prediction of exclusive classes has neither {@code kind} nor
   * {@code labels}. Writing sets the header {@code content-type: application/json}.
   *
   * <p>Reading throws Kafka's {@code SerializationException} if a field is missing or has another
   * type, and ignores unknown fields. The serde also reads values that {@link #cloudEventSerde} has
   * written. Thread-safe.
   */
  public static Serde<Prediction> serde() {
    return Serdes.serdeFrom(new PredictionSerializer(), new PredictionDeserializer());
  }

  /**
   * {@return the serde of prediction topics with CloudEvents in structured mode} A value is one
   * CloudEvent, whose {@code data} is the JSON of {@link #serde()}. Writing moves the headers of
   * {@link PredictionHeaders} into the value, and sets the header {@code content-type:
   * application/cloudevents+json}. Writing throws Kafka's {@code SerializationException} if a
   * record lacks these headers. The serde reads the same values as {@link #serde()}. Thread-safe.
   */
  public static Serde<Prediction> cloudEventSerde() {
    return Serdes.serdeFrom(new CloudEventPredictionSerializer(), new PredictionDeserializer());
  }
}
