package dev.millrace.trainer.torch;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.trainer.data.MiniBatch;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/**
 * Converts batches of pixels and labels to tensors on a device. The caller's {@link
 * org.bytedeco.javacpp.PointerScope} frees the tensors.
 */
final class ImageTensors implements AutoCloseable {

  private final int side;
  private final Device device;
  private final Tensor mean;
  private final Tensor deviation;

  /**
   * @param device the device; the caller frees it
   */
  ImageTensors(Preprocessing preprocessing, Device device) {
    this.side = preprocessing.width();
    this.device = device;
    this.mean = channels(preprocessing.mean(), preprocessing.scale());
    this.deviation = channels(preprocessing.std(), preprocessing.scale());
  }

  /**
   * {@return a tensor {@code [1, 3, 1, 1]} with one value per channel; each value is divided by
   * {@code scale}, so that it fits the range of the pixels}
   */
  private Tensor channels(List<Float> values, double scale) {
    FloatBuffer pixels = Parameters.buffer(values.size());
    values.forEach(value -> pixels.put((float) (value / scale)));
    Tensor tensor = torch.empty(1, values.size(), 1, 1);
    try (FloatPointer memory = new FloatPointer(pixels.rewind())) {
      tensor.copy_(torch.from_blob(memory, 1, values.size(), 1, 1));
    }
    return tensor.to(device, torch.ScalarType.Float).retainReference();
  }

  /**
   * {@return the normalised pixels, {@code [images, 3, size, size]}} In memory, the channels of a
   * pixel are consecutive.
   */
  Tensor pixels(MiniBatch batch) {
    Tensor pixels =
        torch.from_blob(
            new BytePointer(batch.pixels().duplicate().rewind()),
            new long[] {batch.size(), side, side, Preprocessing.CHANNELS},
            new TensorOptions(torch.ScalarType.Byte));
    return pixels.to(device, torch.ScalarType.Float).permute(0, 3, 1, 2).sub_(mean).div_(deviation);
  }

  /**
   * {@return the normalised pixels, {@code [count, 3, size, size]}, with zeros behind the images of
   * the batch}
   *
   * @param count at least the number of images
   */
  Tensor pixels(MiniBatch batch, int count) {
    return torch.constant_pad_nd(pixels(batch), 0, 0, 0, 0, 0, 0, 0, count - batch.size());
  }

  /** {@return the indices of the classes, {@code int64[images]}} */
  Tensor labels(int[] classes) {
    return torch
        .tensor(Arrays.stream(classes).asLongStream().toArray())
        .to(device, torch.ScalarType.Long);
  }

  @Override
  public void close() {
    mean.releaseReference();
    deviation.releaseReference();
  }
}
