package dev.millrace.service.command.classify;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.events.Prediction;
import dev.millrace.service.command.inference.Answer;
import dev.millrace.service.command.inference.CpuModel;
import dev.millrace.service.command.output.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A classified image, as a line of JSON or of text.
 *
 * @param prediction the prediction, whose id is the path of the image
 */
record ClassifiedImage(Prediction prediction) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * @param answer the answer to an image that was not refused
   * @param model the model that answered
   * @param k number of the most probable classes to list, at least 1
   */
  static ClassifiedImage of(Answer answer, CpuModel model, int k) {
    return new ClassifiedImage(
        Prediction.of(
            answer.file().toString(),
            model.identity(),
            model.labels().names(),
            model.independent(),
            answer.probabilities(),
            k,
            Prediction.Source.NONE));
  }

  /**
   * {@return the prediction in the JSON format of the predictions topic, but without the field
   * {@code source}}
   */
  String json() {
    try {
      ObjectNode json =
          (ObjectNode) JSON.readTree(Prediction.serde().serializer().serialize("", prediction));
      json.remove("source");
      return Json.line(json);
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory failed", e);
    }
  }

  /** {@return the path, and the most probable classes with their probabilities} */
  String text() {
    return printable(prediction.id())
        + "  "
        + prediction.top().stream()
            .map(
                top ->
                    String.format(
                        Locale.ROOT, "%s %.1f %%", printable(top.label()), 100 * top.probability()))
            .collect(Collectors.joining(", "));
  }

  /** Replaces control characters, which could break the line or control the terminal. */
  private static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }
}
