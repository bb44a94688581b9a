package dev.millrace.connect.prediction;

import dev.millrace.events.Prediction;
import dev.millrace.events.Probabilities;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;

/** Predictions with the same fields as in JSON: nested structs, and arrays. */
public final class NestedStruct implements PredictionStruct {

  private static final String NAME = "dev.millrace.Prediction";

  private static final Schema MODEL =
      SchemaBuilder.struct()
          .name(NAME + "Model")
          .version(1)
          .field("name", Schema.STRING_SCHEMA)
          .field("version", Schema.INT32_SCHEMA)
          .field("sha256", Schema.STRING_SCHEMA)
          .build();

  private static final Schema TOP =
      SchemaBuilder.struct()
          .name(NAME + "Top")
          .version(1)
          .field("index", Schema.INT32_SCHEMA)
          .field("label", Schema.STRING_SCHEMA)
          .field("probability", Schema.FLOAT32_SCHEMA)
          .build();

  private static final Schema SOURCE =
      SchemaBuilder.struct()
          .name(NAME + "Source")
          .version(1)
          .field("topic", Schema.STRING_SCHEMA)
          .field("partition", Schema.INT32_SCHEMA)
          .field("offset", Schema.INT64_SCHEMA)
          .build();

  private final int top;
  private final boolean probabilities;
  private final Schema schema;

  /**
   * Creates the mapping.
   *
   * @param top largest number of most probable classes that a struct lists
   * @param probabilities whether a struct has the probabilities of all classes
   */
  public NestedStruct(int top, boolean probabilities) {
    this.top = top;
    this.probabilities = probabilities;
    SchemaBuilder builder =
        SchemaBuilder.struct()
            .name(NAME)
            .version(1)
            .field("id", Schema.STRING_SCHEMA)
            .field("model", MODEL)
            .field("label", Schema.STRING_SCHEMA)
            .field("probability", Schema.FLOAT32_SCHEMA)
            .field("top", SchemaBuilder.array(TOP).build())
            .field("labels", SchemaBuilder.array(Schema.STRING_SCHEMA).optional().build());
    if (probabilities) {
      builder.field("probabilities", SchemaBuilder.array(Schema.FLOAT32_SCHEMA).optional().build());
    }
    schema =
        builder.field("source", SOURCE).field("revision", Schema.OPTIONAL_STRING_SCHEMA).build();
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
            .put("model", model(prediction.model()))
            .put("label", prediction.label())
            .put("probability", prediction.probability())
            .put("top", prediction.top().stream().limit(top).map(NestedStruct::top).toList())
            .put("labels", prediction.labels())
            .put("source", source(prediction.source()))
            .put("revision", prediction.revision());
    return probabilities ? struct.put("probabilities", list(prediction.probabilities())) : struct;
  }

  private static Struct model(Prediction.Model model) {
    return new Struct(MODEL)
        .put("name", model.name())
        .put("version", model.version())
        .put("sha256", model.sha256());
  }

  private static Struct top(Prediction.Top one) {
    return new Struct(TOP)
        .put("index", one.index())
        .put("label", one.label())
        .put("probability", one.probability());
  }

  private static Struct source(Prediction.Source source) {
    return new Struct(SOURCE)
        .put("topic", source.topic())
        .put("partition", source.partition())
        .put("offset", source.offset());
  }

  private static List<Float> list(Probabilities probabilities) {
    if (probabilities == null) {
      return null;
    }
    List<Float> list = new ArrayList<>(probabilities.size());
    for (int i = 0; i < probabilities.size(); i++) {
      list.add(probabilities.get(i));
    }
    return list;
  }
}
