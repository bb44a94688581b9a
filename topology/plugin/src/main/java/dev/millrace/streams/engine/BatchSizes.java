package dev.millrace.streams.engine;

import dev.millrace.core.model.Device;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The batch sizes that a device runs.
 *
 * <p>A GPU runs only a few sizes, because cuDNN searches for the fastest algorithms again for every
 * new shape. These sizes are the powers of two, up to the largest batch. The warm-up runs each
 * size. A batch between two sizes is padded to the larger size. A CPU runs a batch as it is,
 * because each image of padding would take as much time as a real image.
 *
 * @param kind the kind of device
 * @param max the largest batch, in images
 */
record BatchSizes(Device.Kind kind, int max) {

  /**
   * {@return the size to run for a batch of {@code images}: at least {@code images}, at most {@code
   * max}}
   */
  int padded(int images) {
    if (kind == Device.Kind.CPU || images >= max) {
      return images;
    }
    return Math.min(max, Integer.highestOneBit(2 * images - 1));
  }

  /** {@return the sizes to warm up before the first image, smallest first} */
  List<Integer> toWarmUp() {
    return kind == Device.Kind.CPU
        ? List.of(1)
        : IntStream.rangeClosed(1, max).map(this::padded).distinct().boxed().toList();
  }
}
