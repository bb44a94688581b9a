package dev.millrace.core.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.millrace.core.image.Preprocessing;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What is known of one immutable model version; it lies beside the model file as {@value
 * #FILE_NAME}.
 *
 * @param name the model's name: letters, digits, dot, dash and underscore
 * @param version positive and never used twice
 * @param sha256 checksum of the model file as it is served, 64 lower-case hexadecimal digits
 * @param created when it was published, ISO-8601 in UTC
 * @param source where it came from
 * @param parentVersion the version it was made from, or null
 * @param preprocessing how images become its input
 * @param labels names of its classes in the order of its outputs
 * @param metrics what was measured of it, for example {@code "accuracy": 0.915}; may be empty
 * @param trainingRun the training run that made it, or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ModelManifest(
    String name,
    int version,
    String sha256,
    String created,
    Source source,
    Integer parentVersion,
    Preprocessing preprocessing,
    List<String> labels,
    Map<String, Double> metrics,
    String trainingRun) {

  public static final String FILE_NAME = "millrace.json";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,199}");
  private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

  /**
   * Where a version came from.
   *
   * @param kind {@code import}, {@code training}, or the name of the foreign layout that the
   *     version was found in
   * @param file name of the file that was imported, or null
   * @param sha256 checksum of that file as it was given to us, or null
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Source(String kind, String file, String sha256) {

    public Source {
      required("source.kind", kind);
    }
  }

  public ModelManifest {
    requireName(name);
    if (version < 1) {
      throw new IllegalArgumentException("version: " + version + " is not above 0");
    }
    if (sha256 == null || !SHA_256.matcher(sha256).matches()) {
      throw new IllegalArgumentException(
          "sha256: '" + sha256 + "' is not 64 lower-case hexadecimal digits");
    }
    try {
      Instant.parse(required("created", created));
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(
          "created: '" + created + "' is no instant such as 2026-01-01T00:00:00Z", e);
    }
    required("source", source);
    required("preprocessing", preprocessing);
    labels = new Labels(required("labels", labels)).names();
    metrics = metrics == null ? Map.of() : measured(metrics);
  }

  private static <T> T required(String key, T value) {
    if (value == null) {
      throw new IllegalArgumentException(key + ": it is missing");
    }
    return value;
  }

  private static Map<String, Double> measured(Map<String, Double> metrics) {
    metrics.forEach(
        (metric, value) -> {
          if (value == null || !Double.isFinite(value)) {
            throw new IllegalArgumentException(
                "metrics: " + metric + " is " + value + ", no number");
          }
        });
    return Map.copyOf(metrics);
  }

  /** Whether a model may be called so. */
  public static boolean isName(String name) {
    return name != null && NAME.matcher(name).matches();
  }

  /** Returns {@code name} if a model may be called so. */
  public static String requireName(String name) {
    if (!isName(name)) {
      throw new IllegalArgumentException(
          "model name: '"
              + name
              + "' is not made of letters, digits, '.', '-' and '_' (200 at most, a letter or digit first)");
    }
    return name;
  }
}
