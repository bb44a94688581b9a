package dev.millrace.onnx;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reduces ONNX Runtime's error messages to one line. */
public final class OrtFailure {

  private static final Pattern PREFIX = Pattern.compile("^Error code - \\w+ - message:\\s*");

  /**
   * Matches the position in ONNX Runtime's source code: a file, a line and a function's signature.
   */
  private static final Pattern ORIGIN =
      Pattern.compile("\\S*/onnxruntime/\\S+:\\d+ [^()]+\\([^()]*\\) (?:const )?");

  private static final Pattern NEWEST_FORMAT = Pattern.compile("max supported IR version: (\\d+)");

  private static final Pattern NEWEST_OPSET = Pattern.compile("till opset (\\d+)");

  /** ONNX Runtime knows the operator, but not for these types, for example bfloat16. */
  private static final String NO_KERNEL = "Could not find an implementation for ";

  private OrtFailure() {}

  /**
   * {@return the message's first line, without the error code and the position in ONNX Runtime's
   * source code}
   *
   * @param failure the exception or error that ONNX Runtime threw
   */
  public static String line(Throwable failure) {
    String message = failure.getMessage() == null ? "" : failure.getMessage();
    String words = ORIGIN.matcher(PREFIX.matcher(message).replaceFirst("")).replaceAll("");
    return OneLine.of(
        words
            .lines()
            .map(String::strip)
            .filter(text -> !text.isEmpty())
            .findFirst()
            .orElse(failure.getClass().getSimpleName()));
  }

  /** {@return one line that says why a model cannot be loaded, and what to do} */
  static String ofModel(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    Matcher newest = NEWEST_OPSET.matcher(message);
    return newest.find()
        ? "the model uses a newer operator set than ONNX Runtime supports: export it with opset "
            + newest.group(1)
            + " or older"
        : "ONNX Runtime cannot load the model: " + line(failure) + "; " + advice(message);
  }

  private static String advice(String message) {
    Matcher newest = NEWEST_FORMAT.matcher(message);
    if (newest.find()) {
      return "save it with the IR version "
          + newest.group(1)
          + " or older, with model.ir_version in"
          + " Python";
    }
    return message.contains(NO_KERNEL)
        ? "give a float32 model, which can be quantised after its import, because ONNX Runtime does"
            + " not have this operator for the model's types"
        : "export it again, best with opset 13 or newer";
  }
}
