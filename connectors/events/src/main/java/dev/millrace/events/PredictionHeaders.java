package dev.millrace.events;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * The headers that make a prediction's record a CloudEvent in binary mode (CloudEvents' Kafka
 * binding). The serializers of predictions add the {@code content-type}.
 */
public final class PredictionHeaders {

  /** The value of {@code ce_type}. */
  public static final String TYPE = "dev.millrace.prediction.v1";

  /** The prefix of the headers of a CloudEvent. */
  static final String PREFIX = "ce_";

  /**
   * The headers that describe the value of a record, in lower case: those of RFC 9110 (section 8),
   * the content type of Spring Cloud Stream, the Java types of Spring's JsonSerializer, and the
   * schema of Confluent's serializers. A consumer would read a prediction as a value of the type or
   * the schema that these headers name.
   */
  private static final Set<String> CONTENT =
      Set.of(
          ContentType.HEADER,
          "content-encoding",
          "content-language",
          "content-length",
          "content-location",
          "content-disposition",
          "content-md5",
          "content-range",
          "contenttype",
          "__typeid__",
          "__contenttypeid__",
          "__keytypeid__",
          "__value_schema_id");

  /** The prefix of the headers in which Apicurio's serializers name the schema of the value. */
  private static final String APICURIO = "apicurio.value.";

  /**
   * Matches simple application ids, which are URI references without any encoding. Nearly all
   * application ids are simple.
   */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._-]+");

  /**
   * The last year that a CloudEvent's time can have, because RFC 3339 has four digits for the year.
   */
  private static final int LAST_YEAR = 9999;

  private PredictionHeaders() {}

  /**
   * Creates the headers of a prediction. They are:
   *
   * <ul>
   *   <li>{@code ce_specversion} 1.0, and {@code ce_type} {@value #TYPE},
   *   <li>{@code ce_id}: {@code topic-partition-offset} of the image's record. If there is no such
   *       record ({@link Prediction.Source#NONE}), a random UUID, because an event's id must be
   *       unique,
   *   <li>{@code ce_source}: the application that made the prediction. CloudEvents requires a URI
   *       reference, so an application id that is not one is percent-encoded,
   *   <li>{@code ce_subject}: the image's id, unless it is empty,
   *   <li>{@code ce_time}: the timestamp of the image's record. So if a crash makes the application
   *       repeat a prediction, both events have equal {@code ce_id} and {@code ce_time},
   *   <li>and the headers of the image's record, except those that describe the image's own event
   *       ({@code ce_*}) and its value ({@code content-type}, {@code content-encoding}, {@code
   *       __TypeId__} and others).
   * </ul>
   *
   * @param image the headers of the image's record, which stay unchanged
   * @param prediction the prediction
   * @param source the application id of the topology
   * @param timestamp the timestamp of the image's record, in ms since 1970
   * @return the headers
   */
  public static Headers of(Headers image, Prediction prediction, String source, long timestamp) {
    Headers headers = new RecordHeaders();
    for (Header header : image) {
      if (!isOfTheImage(header.key().toLowerCase(Locale.ROOT))) {
        headers.add(header);
      }
    }
    add(headers, "specversion", "1.0");
    add(headers, "id", id(prediction.source()));
    add(headers, "source", uriReference(source));
    add(headers, "type", TYPE);
    Instant time = Instant.ofEpochMilli(timestamp);
    if (time.atOffset(ZoneOffset.UTC).getYear() <= LAST_YEAR) {
      add(headers, "time", time.toString());
    }
    if (!prediction.id().isEmpty()) {
      add(headers, "subject", prediction.id());
    }
    return headers;
  }

  private static String id(Prediction.Source from) {
    return from.equals(Prediction.Source.NONE)
        ? UUID.randomUUID().toString()
        : from.topic() + "-" + from.partition() + "-" + from.offset();
  }

  private static String uriReference(String source) {
    if (PLAIN.matcher(source).matches()) {
      return source;
    }
    try {
      return new URI(source).toASCIIString();
    } catch (URISyntaxException e) {
      return URLEncoder.encode(source, StandardCharsets.UTF_8).replace("+", "%20");
    }
  }

  private static boolean isOfTheImage(String name) {
    return name.startsWith(PREFIX) || name.startsWith(APICURIO) || CONTENT.contains(name);
  }

  private static void add(Headers headers, String attribute, String value) {
    headers.add(PREFIX + attribute, value.getBytes(StandardCharsets.UTF_8));
  }
}
