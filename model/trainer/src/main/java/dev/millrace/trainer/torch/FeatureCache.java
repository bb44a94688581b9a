package dev.millrace.trainer.torch;

import dev.millrace.trainer.data.MiniBatch;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The input of a network's last layer for each image. If only the last layer learns, this input
 * never changes, so it is computed only once. If the features of an image do not fit into the
 * memory limit, they are computed each time.
 *
 * <p>The last bits of an image's features depend on the number of images that are computed
 * together. This number is therefore always {@link #GROUP}, so that a resumed training, which
 * computes the features in other batches, gets the same features. Confined to one thread.
 */
final class FeatureCache {

  /** Number of images that are computed together. A group with fewer images is filled up. */
  static final int GROUP = 16;

  private final Map<Integer, float[]> rows = new HashMap<>();
  private final Device device;
  private long room;

  /**
   * @param device the device of the features
   * @param room the memory limit for kept features, in bytes
   */
  FeatureCache(Device device, long room) {
    this.device = device;
    this.room = room;
  }

  /**
   * {@return the features of a batch, {@code float32[images, features]}}
   *
   * @param batch a batch of images without random changes
   * @param computation computes the features of up to {@link #GROUP} images whose features are
   *     missing; the rows of the images come first
   */
  Tensor of(MiniBatch batch, Function<MiniBatch, Tensor> computation) {
    int[] images = batch.images();
    Map<Integer, float[]> found = new HashMap<>();
    Map<Integer, Integer> missing = new HashMap<>(); // a balanced batch may repeat an image
    for (int place = 0; place < images.length; place++) {
      float[] row = rows.get(images[place]);
      if (row == null) {
        missing.put(images[place], place);
      } else {
        found.put(images[place], row);
      }
    }
    if (!missing.isEmpty()) {
      int[] places = missing.values().stream().mapToInt(Integer::intValue).sorted().toArray();
      for (int from = 0; from < places.length; from += GROUP) {
        int[] group = Arrays.copyOfRange(places, from, Math.min(places.length, from + GROUP));
        MiniBatch part = batch.part(group);
        float[][] computed = computed(computation.apply(part));
        for (int i = 0; i < group.length; i++) {
          found.put(part.images()[i], computed[i]);
          keep(part.images()[i], computed[i]);
        }
      }
    }
    return tensor(IntStream.of(images).mapToObj(found::get).toArray(float[][]::new));
  }

  private void keep(int image, float[] row) {
    long bytes = (long) row.length * Float.BYTES;
    if (bytes <= room) {
      room -= bytes;
      rows.put(image, row);
    }
  }

  private static float[][] computed(Tensor features) {
    FloatBuffer values = Parameters.copy(features);
    int images = (int) features.size(0);
    float[][] all = new float[images][values.capacity() / images];
    for (float[] row : all) {
      values.get(row);
    }
    return all;
  }

  private Tensor tensor(float[][] all) {
    int count = all[0].length;
    FloatBuffer values = Parameters.buffer((long) all.length * count);
    for (float[] row : all) {
      values.put(row);
    }
    Tensor features = torch.empty(all.length, count);
    try (FloatPointer memory = new FloatPointer(values.rewind())) {
      features.copy_(torch.from_blob(memory, all.length, count));
    }
    return features.to(device, torch.ScalarType.Float);
  }
}
