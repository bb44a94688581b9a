package dev.millrace.trainer.torch;

import dev.millrace.trainer.data.MiniBatch;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The input of a network's last layer for each image. If only the last layer learns, this input
 * never changes, so it is computed only once. Confined to one thread.
 */
final class FeatureCache {

  private final Map<Integer, float[]> rows = new HashMap<>();
  private final Device device;

  FeatureCache(Device device) {
    this.device = device;
  }

  /**
   * {@return the features of a batch, {@code float32[images, features]}}
   *
   * @param batch a batch of images without random changes
   * @param computation computes the features if the features of an image are missing
   */
  Tensor of(MiniBatch batch, Supplier<Tensor> computation) {
    for (int image : batch.images()) {
      if (!rows.containsKey(image)) {
        Tensor features = computation.get();
        keep(batch.images(), features);
        return features;
      }
    }
    return kept(batch.images());
  }

  private void keep(int[] images, Tensor features) {
    FloatBuffer values = Parameters.buffer(features.numel());
    try (FloatPointer memory = new FloatPointer(values)) {
      torch.from_blob(memory, features.numel()).copy_(features.contiguous().view(features.numel()));
    }
    for (int image : images) {
      float[] row = new float[values.capacity() / images.length];
      values.get(row);
      rows.put(image, row);
    }
  }

  private Tensor kept(int[] images) {
    int count = rows.get(images[0]).length;
    FloatBuffer values = Parameters.buffer((long) images.length * count);
    for (int image : images) {
      values.put(rows.get(image));
    }
    Tensor features = torch.empty(images.length, count);
    try (FloatPointer memory = new FloatPointer(values.rewind())) {
      features.copy_(torch.from_blob(memory, images.length, count));
    }
    return features.to(device, torch.ScalarType.Float);
  }
}
