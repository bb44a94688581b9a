package dev.millrace.onnx;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.StringStringEntryProto;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The metadata entry of a prepared file that records the preprocessing for which the file was
 * prepared.
 */
final class PreparedMark {

  static final String KEY = "millrace.preprocessing";

  private PreparedMark() {}

  static StringStringEntryProto of(Preprocessing preprocessing) {
    return StringStringEntryProto.newBuilder().setKey(KEY).setValue(text(preprocessing)).build();
  }

  /** {@return the recorded preprocessing; empty if the file is not prepared} */
  static Optional<String> read(ModelProto model) {
    return model.getMetadataPropsList().stream()
        .filter(entry -> entry.getKey().equals(KEY))
        .map(StringStringEntryProto::getValue)
        .findFirst();
  }

  /**
   * {@return the preprocessing as text, for example {@code size=32 resize=32 mean=[0.5, 0.5, 0.5]
   * std=[0.25, 0.25, 0.25]}}
   */
  static String text(Preprocessing preprocessing) {
    return preprocessing.json().entrySet().stream()
        .map(entry -> entry.getKey() + "=" + entry.getValue())
        .collect(Collectors.joining(" "));
  }
}
