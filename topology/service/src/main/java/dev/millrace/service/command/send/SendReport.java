package dev.millrace.service.command.send;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/**
 * What sending came to.
 *
 * @param topic where the images went
 * @param sent images that the broker acknowledged
 * @param failed images that were tried and are not in the topic
 * @param bytes size of the sent images' files
 * @param seconds how long it took
 */
record SendReport(String topic, long sent, long failed, long bytes, double seconds) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Images a second. */
  double rate() {
    return seconds > 0 ? sent / seconds : 0;
  }

  /** For people. */
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

  /** For scripts: one JSON object. */
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
