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

  private static final Pattern NEWEST_OPSET = Pattern.compile("till opset (\\d+)");

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
    Matcher newest = NEWEST_OPSET.matcher(String.valueOf(failure.getMessage()));
    return newest.find()
        ? "the model uses a newer operator set than ONNX Runtime supports: export it with opset "
            + newest.group(1)
            + " or older"
        : "ONNX Runtime cannot load the model: "
            + line(failure)
            + "; export it again, best with"
            + " opset 13 or newer";
  }
}
