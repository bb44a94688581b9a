package dev.millrace.connect.prediction;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.millrace.events.Prediction;
import dev.millrace.events.Probabilities;
import java.util.List;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;

/**
 * Predictions as rows of a table, with fields of simple types only. The most probable classes have
 * fields of their own, and lists are JSON texts.
 */
public final class FlatStruct implements PredictionStruct {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final int top;
  private final boolean probabilities;
  private final Schema schema;

  /**
   * Creates the mapping.
   *
   * @param top number of most probable classes that have fields, at least 1. Fields of classes that
   *     a prediction does not list are null
   * @param probabilities whether there is a field with the probabilities of all classes
   */
  public FlatStruct(int top, boolean probabilities) {
    this.top = top;
    this.probabilities = probabilities;
    SchemaBuilder builder =
        SchemaBuilder.struct()
            .name("dev.millrace.FlatPrediction")
            .version(1)
            .field("id", Schema.STRING_SCHEMA)
            .field("model_name", Schema.STRING_SCHEMA)
            .field("model_version", Schema.INT32_SCHEMA)
            .field("model_sha256", Schema.STRING_SCHEMA)
            .field("label", Schema.STRING_SCHEMA)
            .field("probability", Schema.FLOAT32_SCHEMA);
    for (int place = 2; place <= top; place++) {
      builder
          .field("label_" + place, Schema.OPTIONAL_STRING_SCHEMA)
          .field("probability_" + place, Schema.OPTIONAL_FLOAT32_SCHEMA);
    }
    builder.field("labels", Schema.OPTIONAL_STRING_SCHEMA);
    if (probabilities) {
      builder.field("probabilities", Schema.OPTIONAL_STRING_SCHEMA);
    }
    schema =
        builder
            .field("source_topic", Schema.STRING_SCHEMA)
            .field("source_partition", Schema.INT32_SCHEMA)
            .field("source_offset", Schema.INT64_SCHEMA)
            .field("revision", Schema.OPTIONAL_STRING_SCHEMA)
            .build();
  }

  @Override
  public Schema schema() {
    return schema;
  }

  @Override
  public Struct of(Prediction prediction) {
    Struct struct =
        new Struct(schema)
            .put("id", prediction.id())
            .put("model_name", prediction.model().name())
            .put("model_version", prediction.model().version())
            .put("model_sha256", prediction.model().sha256())
            .put("label", prediction.label())
            .put("probability", prediction.probability())
            .put("labels", labels(prediction.labels()))
            .put("source_topic", prediction.source().topic())
            .put("source_partition", prediction.source().partition())
            .put("source_offset", prediction.source().offset())
            .put("revision", prediction.revision());
    for (int place = 2; place <= Math.min(top, prediction.top().size()); place++) {
      Prediction.Top one = prediction.top().get(place - 1);
      struct.put("label_" + place, one.label()).put("probability_" + place, one.probability());
    }
    return probabilities
        ? struct.put("probabilities", probabilities(prediction.probabilities()))
        : struct;
  }

  private static String labels(List<String> labels) {
    if (labels == null) {
      return null;
    }
    ArrayNode array = JSON.createArrayNode();
    labels.forEach(array::add);
    return array.toString();
  }

  private static String probabilities(Probabilities probabilities) {
    if (probabilities == null) {
      return null;
    }
    ArrayNode array = JSON.createArrayNode();
    for (int i = 0; i < probabilities.size(); i++) {
      array.add(probabilities.get(i));
    }
    return array.toString();
  }
}
