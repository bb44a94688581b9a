package dev.millrace.onnx;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** ONNX Runtime's error messages, brought to one line. */
final class OrtFailure {

  private static final Pattern PREFIX = Pattern.compile("^Error code - \\w+ - message:\\s*");

  /** Where in ONNX Runtime's sources it happened: a file, a line and a function's signature. */
  private static final Pattern ORIGIN =
      Pattern.compile("\\S*/onnxruntime/\\S+:\\d+ [^()]+\\([^()]*\\) (?:const )?");

  private static final Pattern NEWEST_OPSET = Pattern.compile("till opset (\\d+)");

  private OrtFailure() {}

  /** The first line that says something, without the error code and the place in the sources. */
  static String line(Throwable failure) {
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

  /** Why a model did not load, and what to do. */
  static String ofModel(Throwable failure) {
    Matcher newest = NEWEST_OPSET.matcher(String.valueOf(failure.getMessage()));
    return newest.find()
        ? "the model is written in an operator set newer than ONNX Runtime knows: export it with"
            + " opset "
            + newest.group(1)
            + " or older"
        : "ONNX Runtime cannot load the model: "
            + line(failure)
            + "; export it again, best with"
            + " opset 13 or newer";
  }
}
