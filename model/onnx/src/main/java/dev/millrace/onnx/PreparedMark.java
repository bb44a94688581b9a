package dev.millrace.onnx;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.runtime.AnswerKind;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.StringStringEntryProto;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The metadata entries of a prepared file that record the preprocessing for which the file was
 * prepared, and the kind of its answers.
 */
final class PreparedMark {

  static final String KEY = "millrace.preprocessing";

  /**
   * The metadata key of the {@link AnswerKind}. A file with exclusive classes does not have this
   * key.
   */
  static final String ANSWERS_KEY = "millrace.answers";

  private PreparedMark() {}

  static List<StringStringEntryProto> of(AnswerKind answers) {
    return answers == AnswerKind.EXCLUSIVE
        ? List.of()
        : List.of(
            StringStringEntryProto.newBuilder()
                .setKey(ANSWERS_KEY)
                .setValue(answers.name().toLowerCase(Locale.ROOT))
                .build());
  }

  static StringStringEntryProto of(Preprocessing preprocessing) {
    return StringStringEntryProto.newBuilder().setKey(KEY).setValue(text(preprocessing)).build();
  }

  /**
   * {@return the kind of a prepared file's answers}
   *
   * @param recorded the recorded value; empty for exclusive classes
   * @throws ModelException if a later release recorded a value that this release does not know
   */
  static AnswerKind answers(Optional<String> recorded) {
    if (recorded.isEmpty()) {
      return AnswerKind.EXCLUSIVE;
    }
    try {
      return AnswerKind.valueOf(recorded.get().toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new ModelException(
          "the model file gives answers of the unknown kind "
              + OneLine.quoted(recorded.get())
              + ": import it again with this release",
          e);
    }
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
