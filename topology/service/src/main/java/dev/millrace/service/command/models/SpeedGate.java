package dev.millrace.service.command.models;

import dev.millrace.core.model.Quantization.Speed;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.onnx.quantize.SpeedTest;
import dev.millrace.service.command.lifecycle.CommandException;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Measures the speed of an int8 version, and refuses the version if it must be faster than the
 * float32 version and is not.
 *
 * @param requireFaster whether to refuse an int8 version that is not faster
 * @param nanoTime the clock, in ns
 */
record SpeedGate(boolean requireFaster, LongSupplier nanoTime) {

  /**
   * Measures the speed of both versions.
   *
   * @param image the pixels of an image
   * @throws CommandException if the int8 version is refused
   */
  Speed measure(ModelSession float32, ModelSession int8, byte[] image) {
    Speed speed = new SpeedTest(nanoTime).measure(float32, int8, image);
    if (requireFaster && speed.ratio() <= 1) {
      throw new CommandException(
          String.format(
              Locale.ROOT,
              "the int8 version is not faster on this processor (%.1f images/s, float32: %.1f)"
                  + " and was not published; leave out --require-faster, or try"
                  + " --reduce-range",
              speed.int8(),
              speed.float32()));
    }
    return speed;
  }
}
