package dev.millrace.streams.engine;

import dev.millrace.core.model.Device;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The batch sizes a device is asked to run. A GPU gets few of them, since cuDNN searches for its
 * algorithms anew for every shape: powers of two up to the largest, each warmed up, and smaller
 * batches are padded. A CPU gets the size as it is: padding would be computed like any other image.
 */
record BatchSizes(Device.Kind kind, int max) {

  /** The size to run for {@code images} images: at least that many, at most {@code max}. */
  int padded(int images) {
    if (kind == Device.Kind.CPU || images >= max) {
      return images;
    }
    return Math.min(max, Integer.highestOneBit(2 * images - 1));
  }

  /** The sizes to run once before the first image comes, smallest first. */
  List<Integer> toWarmUp() {
    return kind == Device.Kind.CPU
        ? List.of(1)
        : IntStream.rangeClosed(1, max).map(this::padded).distinct().boxed().toList();
  }
}
