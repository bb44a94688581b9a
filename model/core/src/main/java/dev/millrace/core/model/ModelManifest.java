package dev.millrace.core.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.millrace.core.evaluation.Calibration;
import dev.millrace.core.evaluation.Figures;
import dev.millrace.core.image.Preprocessing;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The manifest of one immutable model version. The manifest is stored beside the model file as
 * {@value #FILE_NAME}.
 *
 * @param name the model's name, which consists of letters, digits, dots, dashes and underscores
 * @param version the version's number: positive, and different from the numbers of the model's
 *     other versions
 * @param sha256 SHA-256 checksum of the version's model file: 64 lower-case hexadecimal digits
 * @param created time of publication, ISO-8601 in UTC
 * @param source the origin of the version
 * @param parentVersion number of the version that training started from, or that was quantised or
 *     calibrated to make this version; null if there is none
 * @param preprocessing the preprocessing of the model's images
 * @param labels names of the classes in the order of the model's outputs
 * @param metrics measurements of the version, for example {@code "accuracy": 0.915}; may be empty
 * @param trainingRun name of the training run that produced the version, or null
 * @param kind {@value #INDEPENDENT} if any number of the classes may be right for an image; null if
 *     exactly one class is right
 * @param files names and SHA-256 checksums of the weight files beside the model file, in a fixed
 *     order; empty if the model file contains all weights
 * @param quantization how the version was quantised; null if it was not quantised
 * @param calibration the temperature in the model's graph, or null if there is none
 * @param evaluation the measures of the version on images that no training step has seen, or null
 * @param lineage how the version was trained, or null
 * @param golden the golden set on which the version was compared with the champion; null if there
 *     was no such comparison
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
    String trainingRun,
    String kind,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, String> files,
    Quantization quantization,
    Calibration calibration,
    Figures evaluation,
    Lineage lineage,
    Fingerprint golden) {

  /** The {@link #kind} of a model whose classes are independent of each other. */
  public static final String INDEPENDENT = "independent";

  /** The manifest's file name in a version's folder. */
  public static final String FILE_NAME = "millrace.json";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,199}");
  private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

  /**
   * The origin of a version.
   *
   * @param kind {@code import}, {@code training}, {@code calibration}, {@code quantization}, or the
   *     name of another tool's layout from which the version was read, for example {@code triton}
   * @param file name of the imported file, its address on Hugging Face's hub, or for a calibration
   *     the name and the number of the calibrated version, such as {@code fashion/1}; null for
   *     other kinds
   * @param sha256 SHA-256 checksum of the original file, before Millrace prepared it for serving,
   *     or of the model file that was quantised or calibrated; null if there is none
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Source(String kind, String file, String sha256) {

    /**
     * Validates the origin.
     *
     * @param kind how the version was made, or the name of another tool's layout
     * @param file name of the imported file, or null
     * @param sha256 SHA-256 checksum of the original file, before Millrace prepared it for serving,
     *     or null
     * @throws IllegalArgumentException if {@code kind} is null
     */
    public Source {
      required("source.kind", kind);
    }
  }

  /**
   * Validates the values and copies the collections. If {@code metrics} or {@code files} is null,
   * it becomes an empty map.
   *
   * @param name the model's name
   * @param version the version's number
   * @param sha256 SHA-256 checksum of the version's model file
   * @param created time of publication, ISO-8601 in UTC
   * @param source the origin of the version
   * @param parentVersion number of the version that training started from, or null
   * @param preprocessing the preprocessing of the model's images
   * @param labels names of the classes in the order of the model's outputs
   * @param metrics measurements of the version by name
   * @param trainingRun name of the training run that produced the version, or null
   * @param kind {@value #INDEPENDENT}, or null for exclusive classes
   * @param files names and SHA-256 checksums of the weight files beside the model file
   * @param quantization how the version was quantised, or null
   * @param calibration the temperature in the model's graph, or null
   * @param evaluation the measures of the version, or null
   * @param lineage how the version was trained, or null
   * @param golden the golden set on which the version was compared with the champion, or null
   * @throws IllegalArgumentException if a value is missing or invalid; the message names the
   *     manifest's field
   */
  public ModelManifest {
    requireName(name);
    if (version < 1) {
      throw new IllegalArgumentException("version: " + version + " must be at least 1");
    }
    requireSha256("sha256", sha256);
    try {
      Instant.parse(required("created", created));
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(
          "created: '" + created + "' is not a time such as 2026-01-01T00:00:00Z", e);
    }
    required("source", source);
    required("preprocessing", preprocessing);
    labels = new Labels(required("labels", labels)).names();
    metrics = metrics == null ? Map.of() : measured(metrics);
    if (kind != null && !kind.equals(INDEPENDENT)) {
      throw new IllegalArgumentException(
          "kind: '" + kind + "' is not " + INDEPENDENT + "; a later release may have written it");
    }
    files = files == null ? Map.of() : checked(files);
  }

  /**
   * Creates the manifest of a model with exclusive classes (exactly one class is right for an
   * image).
   *
   * @param name the model's name
   * @param version the version's number
   * @param sha256 SHA-256 checksum of the version's model file
   * @param created time of publication, ISO-8601 in UTC
   * @param source the origin of the version
   * @param parentVersion number of the version that training started from, or null
   * @param preprocessing the preprocessing of the model's images
   * @param labels names of the classes in the order of the model's outputs
   * @param metrics measurements of the version by name
   * @param trainingRun name of the training run that produced the version, or null
   * @throws IllegalArgumentException if a value is missing or invalid; the message names the
   *     manifest's field
   */
  public ModelManifest(
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
    this(
        name,
        version,
        sha256,
        created,
        source,
        parentVersion,
        preprocessing,
        labels,
        metrics,
        trainingRun,
        null,
        null,
        null);
  }

  /**
   * Creates the manifest of a model that was neither calibrated nor evaluated.
   *
   * @param name the model's name
   * @param version the version's number
   * @param sha256 SHA-256 checksum of the version's model file
   * @param created time of publication, ISO-8601 in UTC
   * @param source the origin of the version
   * @param parentVersion number of the version that training started from, or null
   * @param preprocessing the preprocessing of the model's images
   * @param labels names of the classes in the order of the model's outputs
   * @param metrics measurements of the version by name
   * @param trainingRun name of the training run that produced the version, or null
   * @param kind {@value #INDEPENDENT}, or null for exclusive classes
   * @param files names and SHA-256 checksums of the weight files beside the model file
   * @param quantization how the version was quantised, or null
   * @throws IllegalArgumentException if a value is missing or invalid; the message names the
   *     manifest's field
   */
  public ModelManifest(
      String name,
      int version,
      String sha256,
      String created,
      Source source,
      Integer parentVersion,
      Preprocessing preprocessing,
      List<String> labels,
      Map<String, Double> metrics,
      String trainingRun,
      String kind,
      Map<String, String> files,
      Quantization quantization) {
    this(
        name,
        version,
        sha256,
        created,
        source,
        parentVersion,
        preprocessing,
        labels,
        metrics,
        trainingRun,
        kind,
        files,
        quantization,
        null,
        null,
        null,
        null);
  }

  /** {@return whether any number of the classes may be right for an image} */
  public boolean independent() {
    return kind != null;
  }

  private static <T> T required(String key, T value) {
    if (value == null) {
      throw new IllegalArgumentException(key + ": it is missing");
    }
    return value;
  }

  private static void requireSha256(String key, String value) {
    if (value == null || !SHA_256.matcher(value).matches()) {
      throw new IllegalArgumentException(
          key + ": '" + value + "' is not 64 lower-case hexadecimal digits");
    }
  }

  /**
   * Requires that each file name has the form of a model's name, so that it cannot point outside
   * the version's folder.
   */
  private static Map<String, String> checked(Map<String, String> files) {
    files.forEach(
        (file, checksum) -> {
          if (!isName(file)) {
            throw new IllegalArgumentException(
                "files: '"
                    + file
                    + "' is not made of letters, digits, '.', '-' and '_', a letter or digit first");
          }
          requireSha256("files: " + file, checksum);
        });
    return Collections.unmodifiableMap(new LinkedHashMap<>(files));
  }

  private static Map<String, Double> measured(Map<String, Double> metrics) {
    metrics.forEach(
        (metric, value) -> {
          if (value == null || !Double.isFinite(value)) {
            throw new IllegalArgumentException(
                "metrics: " + metric + " is " + value + ", not a number");
          }
        });
    return Map.copyOf(metrics);
  }

  /**
   * {@return whether a model may have this name}
   *
   * @param name the name, or null
   */
  public static boolean isName(String name) {
    return name != null && NAME.matcher(name).matches();
  }

  /**
   * {@return {@code name}, if a model may have this name}
   *
   * @param name the name
   * @throws IllegalArgumentException if a model may not have this name
   */
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
