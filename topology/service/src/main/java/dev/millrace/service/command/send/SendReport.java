package dev.millrace.service.command.send;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/**
 * The result of sending images.
 *
 * @param topic the topic of the images
 * @param sent images that the broker acknowledged
 * @param failed images that were skipped, or that the broker did not acknowledge
 * @param bytes total size of the acknowledged images, in bytes
 * @param seconds time of sending, in seconds
 */
record SendReport(String topic, long sent, long failed, long bytes, double seconds) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** {@return the acknowledged images per second} */
  double rate() {
    return seconds > 0 ? sent / seconds : 0;
  }

  /** {@return the result as one line of text} */
  String line() {
    return String.format(
        Locale.ROOT,
        "sent %,d %s to %s in %.1f s (%,.0f/s)%s",
        sent,
        sent == 1 ? "image" : "images",
        topic,
        seconds,
        rate(),
        failed == 0 ? "" : String.format(Locale.ROOT, ", %,d failed", failed));
  }

  /** {@return the result as one JSON object} */
  String json() {
    ObjectNode json = JSON.createObjectNode();
    json.put("topic", topic);
    json.put("sent", sent);
    json.put("failed", failed);
    json.put("bytes", bytes);
    json.put("seconds", Math.round(seconds * 1000) / 1000.0);
    json.put("rate", Math.round(rate() * 10) / 10.0);
    return json.toString();
  }
}
