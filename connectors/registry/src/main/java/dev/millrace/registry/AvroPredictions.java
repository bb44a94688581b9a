package dev.millrace.registry;

import dev.millrace.events.Prediction;
import dev.millrace.events.Probabilities;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/**
 * Writes and reads predictions as Avro. Writes the fields directly, in the order of {@code
 * prediction.avsc}, because a generic record would box every probability.
 */
final class AvroPredictions {

  /** The schema with which Millrace writes predictions. */
  static final Schema SCHEMA = new Schema.Parser().parse(PredictionSchema.AVRO.text());

  private static final int NULL = 0;
  private static final int NOT_NULL = 1;

  private AvroPredictions() {}

  /** {@return the prediction, written with {@link #SCHEMA}} */
  static byte[] bytes(Prediction prediction) {
    int classes = prediction.probabilities() == null ? 0 : prediction.probabilities().size();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256 + Float.BYTES * classes);
    try {
      BinaryEncoder out = EncoderFactory.get().directBinaryEncoder(bytes, null);
      write(prediction, out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return bytes.toByteArray();
  }

  private static void write(Prediction prediction, BinaryEncoder out) throws IOException {
    out.writeString(prediction.id());
    out.writeString(prediction.model().name());
    out.writeInt(prediction.model().version());
    out.writeString(prediction.model().sha256());
    out.writeString(prediction.label());
    out.writeFloat(prediction.probability());
    out.writeArrayStart();
    out.setItemCount(prediction.top().size());
    for (Prediction.Top top : prediction.top()) {
      out.startItem();
      out.writeInt(top.index());
      out.writeString(top.label());
      out.writeFloat(top.probability());
    }
    out.writeArrayEnd();
    labels(prediction.labels(), out);
    probabilities(prediction.probabilities(), out);
    out.writeString(prediction.source().topic());
    out.writeInt(prediction.source().partition());
    out.writeLong(prediction.source().offset());
    revision(prediction.revision(), out);
  }

  private static void revision(String revision, BinaryEncoder out) throws IOException {
    out.writeIndex(revision == null ? NULL : NOT_NULL);
    if (revision != null) {
      out.writeString(revision);
    }
  }

  private static void labels(List<String> labels, BinaryEncoder out) throws IOException {
    out.writeIndex(labels == null ? NULL : NOT_NULL);
    if (labels != null) {
      out.writeArrayStart();
      out.setItemCount(labels.size());
      for (String label : labels) {
        out.startItem();
        out.writeString(label);
      }
      out.writeArrayEnd();
    }
  }

  private static void probabilities(Probabilities values, BinaryEncoder out) throws IOException {
    out.writeIndex(values == null ? NULL : NOT_NULL);
    if (values != null) {
      out.writeArrayStart();
      out.setItemCount(values.size());
      for (int i = 0; i < values.size(); i++) {
        out.startItem();
        out.writeFloat(values.get(i));
      }
      out.writeArrayEnd();
    }
  }

  /**
   * {@return a prediction}
   *
   * @param writer the schema with which the prediction was written
   * @param value a record's value
   * @param from the index of the prediction's first byte in {@code value}
   * @throws IOException if the value does not fit the schema
   */
  static Prediction read(Schema writer, byte[] value, int from) throws IOException {
    GenericRecord record =
        new GenericDatumReader<GenericRecord>(writer, SCHEMA)
            .read(null, DecoderFactory.get().binaryDecoder(value, from, value.length - from, null));
    GenericRecord model = (GenericRecord) record.get("model");
    GenericRecord source = (GenericRecord) record.get("source");
    return new Prediction(
        text(record, "id"),
        new Prediction.Model(
            text(model, "name"), (int) model.get("version"), text(model, "sha256")),
        text(record, "label"),
        (float) record.get("probability"),
        top((List<?>) record.get("top")),
        labels((List<?>) record.get("labels")),
        probabilities((List<?>) record.get("probabilities")),
        new Prediction.Source(
            text(source, "topic"), (int) source.get("partition"), (long) source.get("offset")),
        record.get("revision") == null ? null : text(record, "revision"));
  }

  private static List<Prediction.Top> top(List<?> items) {
    List<Prediction.Top> top = new ArrayList<>(items.size());
    for (Object item : items) {
      GenericRecord one = (GenericRecord) item;
      top.add(
          new Prediction.Top(
              (int) one.get("index"), text(one, "label"), (float) one.get("probability")));
    }
    return top;
  }

  private static List<String> labels(List<?> items) {
    return items == null ? null : items.stream().map(Object::toString).toList();
  }

  private static Probabilities probabilities(List<?> items) {
    if (items == null) {
      return null;
    }
    float[] values = new float[items.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) items.get(i);
    }
    return Probabilities.of(values);
  }

  private static String text(GenericRecord record, String field) {
    return record.get(field).toString();
  }
}
