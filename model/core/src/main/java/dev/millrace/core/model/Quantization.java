package dev.millrace.core.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.millrace.core.evaluation.NonInferiority;
import dev.millrace.core.evaluation.Proportion;
import java.util.List;

/**
 * How a version was quantised to 8-bit integers, and how it compares with its float32 version. The
 * manifest's {@code parentVersion} is the number of the float32 version.
 *
 * @param method how the ranges of the activations were chosen, for example {@code entropy}
 * @param reduceRange whether the weights have 7 bits instead of 8. Sums of two products then fit in
 *     16 bits, so that they cannot saturate on processors without VNNI
 * @param canSaturate whether the sum of two products with the weights can exceed 16 bits
 * @param floatLayers the layers that stay in float32, by operator and name; may be empty
 * @param calibration the images from which the ranges were computed
 * @param judgement the comparison with the float32 version
 * @param speed the speed of both versions on one thread
 * @param reference images with the answers that each processor must give
 */
public record Quantization(
    String method,
    boolean reduceRange,
    boolean canSaturate,
    List<String> floatLayers,
    Calibration calibration,
    Judgement judgement,
    Speed speed,
    Reference reference) {

  /**
   * The images from which the ranges of the activations were computed.
   *
   * @param images number of images, including the images that were used to choose the best of
   *     several quantised models
   * @param sha256 SHA-256 checksum of the images' pixels, in the order of the images
   */
  public record Calibration(int images, String sha256) {}

  /**
   * The comparison with the float32 version, on images that were not used for the calibration.
   *
   * @param measure {@code accuracy}, or {@code agreement} (with the float32 version) if the classes
   *     of the images are unknown
   * @param images number of images
   * @param float32 the float32 version's accuracy; null for {@code agreement}
   * @param int8 the quantised version's accuracy, or the share of images to which both versions
   *     give the same answer
   * @param changes the images that only one of the versions classifies correctly; null for {@code
   *     agreement}, and in manifests of older versions
   * @param processor the processor that ran both versions, and its instruction sets
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Judgement(
      String measure,
      int images,
      Proportion float32,
      Proportion int8,
      Changes changes,
      String processor) {

    /** The measure for images whose classes are known. */
    public static final String ACCURACY = "accuracy";

    /** The measure for images whose classes are unknown. */
    public static final String AGREEMENT = "agreement";

    private static final double ROUNDING = 1e-9;

    /**
     * {@return whether the measured loss of the quantised version is at most {@code maxLoss}} The
     * true loss may be larger, up to the bound of the {@linkplain Changes changes}.
     *
     * @param maxLoss the largest allowed loss, in percentage points
     */
    public boolean isWithin(double maxLoss) {
      return loss() <= maxLoss + ROUNDING;
    }

    /**
     * {@return the measured loss of the quantised version, in percentage points of the accuracy or
     * of the agreement}
     */
    public double loss() {
      return 100 * ((float32 == null ? 1 : float32.value()) - int8.value());
    }
  }

  /**
   * The images that only one of the two versions classifies correctly.
   *
   * @param lost number of images that only the float32 version classifies correctly
   * @param gained number of images that only the quantised version classifies correctly
   * @param bound the largest loss of accuracy, in percentage points, that these images do not
   *     exclude with 95 % confidence, by the one-sided test of {@link NonInferiority}
   */
  public record Changes(int lost, int gained, double bound) {

    private static final double LEVEL = 0.05;

    /**
     * {@return the changes, with the bound of the loss}
     *
     * @param images number of all images
     * @param lost number of images that only the float32 version classifies correctly
     * @param gained number of images that only the quantised version classifies correctly
     */
    public static Changes of(int images, int lost, int gained) {
      return new Changes(lost, gained, 100 * NonInferiority.bound(images, gained, lost, LEVEL));
    }
  }

  /**
   * The speed of both versions, on one thread of the processor on which they were compared.
   *
   * @param float32 images per second of the float32 version
   * @param int8 images per second of the quantised version
   */
  public record Speed(double float32, double int8) {

    /** {@return the quantised version's speed divided by the float32 version's speed} */
    public double ratio() {
      return int8 / float32;
    }
  }

  /**
   * Images with the answers that each processor must give.
   *
   * @param file the name of the file in the version's folder
   * @param images number of images
   * @param bound the largest allowed difference of a score
   */
  public record Reference(String file, int images, double bound) {}

  /**
   * Validates the values and copies the list.
   *
   * @param method how the ranges of the activations were chosen
   * @param reduceRange whether the weights have 7 bits instead of 8
   * @param canSaturate whether the sum of two products with the weights can exceed 16 bits
   * @param floatLayers the layers that stay in float32
   * @param calibration the images from which the ranges were computed
   * @param judgement the comparison with the float32 version
   * @param speed the speed of both versions
   * @param reference images with the answers that each processor must give
   * @throws IllegalArgumentException if the reference is missing, or its file has a path
   */
  public Quantization {
    floatLayers = floatLayers == null ? List.of() : List.copyOf(floatLayers);
    if (reference == null || !ModelManifest.isName(reference.file())) {
      throw new IllegalArgumentException(
          "quantization.reference: the file with the reference answers is missing");
    }
  }
}
