package dev.millrace.core.training;

import dev.millrace.core.model.Device;
import java.util.Objects;

/**
 * On what, and in which number format, the training steps are computed.
 *
 * @param device the device to train on
 * @param threads the number of CPU threads to use, at least 1
 * @param bf16 whether the training steps compute convolutions, and keep the layers' outputs, in
 *     bfloat16. The weights, their gradients, the batch norms' statistics and the loss stay in
 *     float32, as in Micikevicius et al., "Mixed Precision Training" (2018). A bfloat16 has the
 *     range of a float32, so the loss needs no scaling: Kalamkar et al. (2019). Everything outside
 *     the training steps, such as the accuracy on held-out images, is computed in float32
 */
public record Compute(Device device, int threads, boolean bf16) {

  /**
   * Validates the values.
   *
   * @param device the device to train on
   * @param threads the number of CPU threads to use, at least 1
   * @param bf16 whether the training steps compute in bfloat16
   * @throws IllegalArgumentException if {@code threads} is below 1
   */
  public Compute {
    Objects.requireNonNull(device, "device");
    if (threads < 1) {
      throw new IllegalArgumentException("threads: " + threads + " must be at least 1");
    }
  }

  /**
   * {@return computation in float32 on the CPU}
   *
   * @param threads the number of CPU threads to use, at least 1
   */
  public static Compute cpu(int threads) {
    return new Compute(Device.CPU, threads, false);
  }
}
