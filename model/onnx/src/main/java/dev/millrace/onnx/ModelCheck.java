package dev.millrace.onnx;

import dev.millrace.core.model.Device;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.runtime.ModelSession;

/**
 * The result of a successful check of a version. The check has shown that the checksums of the
 * version's files are correct, and that the version loads on the CPU. It has also shown that the
 * input and output match the manifest, and that the version returns probabilities for sample
 * images.
 *
 * @param inputWidth width of the images, in pixels
 * @param inputHeight height of the images, in pixels
 * @param classes number of classes
 * @param milliseconds wall time, in ms, of four trial batches with five images in total, on one
 *     thread
 */
public record ModelCheck(int inputWidth, int inputHeight, int classes, double milliseconds) {

  /**
   * Verifies the checksums of a version, loads the version and runs it on sample images.
   *
   * @param version the version
   * @return the result
   * @throws ModelException if the version cannot be served; the message says what to do
   */
  public static ModelCheck of(ModelVersion version) {
    try (ModelSession session = new OnnxModelRuntime().open(version, Device.CPU)) {
      long start = System.nanoTime();
      Proof.require(session);
      double milliseconds = (System.nanoTime() - start) / 1e6;
      return new ModelCheck(
          session.inputWidth(), session.inputHeight(), session.classes(), milliseconds);
    }
  }
}
