package dev.millrace.trainer.torch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.trainer.data.MiniBatch;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/**
 * The only pixel of each image is the image's number, and its two features are computed from it.
 */
class FeatureCacheTest {

  private static final long BYTES_PER_IMAGE = 2 * Float.BYTES;
  private static final int[][] BATCHES = {
    {0, 1, 2, 3}, {5, 6, 7, 4}, {1, 8, 3, 9}, {9, 8, 7, 0}, {4, 4, 9, 1}
  };

  private final List<Integer> computed = new ArrayList<>();

  private static MiniBatch batch(int... images) {
    return new MiniBatch(
        places -> {
          ByteBuffer pixels = ByteBuffer.allocateDirect(places.length);
          Arrays.stream(places).forEach(place -> pixels.put((byte) images[place]));
          return pixels.rewind();
        },
        new int[images.length],
        images);
  }

  private Tensor compute(MiniBatch batch) {
    ByteBuffer pixels = batch.pixels();
    float[] features = new float[2 * batch.size()];
    for (int i = 0; i < batch.size(); i++) {
      computed.add((int) pixels.get(i));
      features[2 * i] = pixels.get(i);
      features[2 * i + 1] = -pixels.get(i);
    }
    return torch.tensor(features).view(batch.size(), 2);
  }

  /** Requests the features of all batches, and compares them with those of the images. */
  private void request(FeatureCache cache) {
    for (int[] images : BATCHES) {
      try (PointerScope scope = new PointerScope()) {
        Tensor features = cache.of(batch(images), this::compute);
        FloatBuffer values = Parameters.buffer(2L * images.length);
        torch.from_blob(new FloatPointer(values), images.length, 2).copy_(features);
        for (int i = 0; i < images.length; i++) {
          assertThat(values.get(2 * i)).isEqualTo(images[i]);
          assertThat(values.get(2 * i + 1)).isEqualTo(-images[i]);
        }
      }
    }
  }

  @Test
  void eachImage_isComputedOnce_inAllEpochsTogether() {
    FeatureCache cache = new FeatureCache(new Device("cpu"), Long.MAX_VALUE);
    for (int epoch = 0; epoch < 3; epoch++) {
      request(cache);
    }

    assertThat(computed)
        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 10).boxed().toList());
  }

  @Test
  void imagesBeyondTheMemoryLimit_areComputedEachTime() {
    FeatureCache cache = new FeatureCache(new Device("cpu"), 9 * BYTES_PER_IMAGE);
    request(cache);
    assertThat(computed).containsOnlyOnce(0, 1, 2, 3, 4, 5, 6, 7, 8);
    computed.clear();

    request(cache);
    assertThat(computed).containsExactly(9, 9, 9);
  }
}
