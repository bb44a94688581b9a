package dev.millrace.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.BadImageException.Reason;
import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.threads.Workers;
import dev.millrace.trainer.Configs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DecodedImagesTest {

  private static final int IMAGES = 100;
  private static final int ROOM = 40;

  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger decodes = new AtomicInteger();

  /** Writes an image's only byte into all pixels, and refuses each multiple of 9. */
  private final class ByteDecoder implements ImageDecoder {
    private Thread user;

    private ByteDecoder() {
      open.incrementAndGet();
    }

    @Override
    public void decode(byte[] encoded, Preprocessing preprocessing, ByteBuffer pixels) {
      assertThat(user).as("the thread that uses this decoder").isNull();
      user = Thread.currentThread();
      decodes.incrementAndGet();
      user = null;
      if (encoded[0] % 9 == 0) {
        throw new BadImageException(Reason.UNDECODABLE, "no " + encoded[0]);
      }
      for (int i = 0; i < preprocessing.bytes(); i++) {
        pixels.put(i, encoded[0]);
      }
    }

    @Override
    public void close() {
      open.decrementAndGet();
    }
  }

  private Pixels pixels() {
    return new Pixels(
        ByteDecoder::new, Configs.PREPROCESSING, (long) ROOM * Configs.PREPROCESSING.bytes());
  }

  private static LabelledImage image(int number, LabelledImage.Source source) {
    return new LabelledImage("image " + number, 0, "", Part.TRAINING, source);
  }

  private static List<LabelledImage> images() {
    return IntStream.range(0, IMAGES)
        .mapToObj(number -> image(number, () -> new byte[] {(byte) number}))
        .toList();
  }

  /** Describes all that a training sees of the images. */
  private List<String> seen(int threads) throws IOException {
    List<String> seen = new ArrayList<>();
    try (Pixels pixels = pixels();
        Workers workers = new Workers("test", threads)) {
      DecodedImages decoded =
          DecodedImages.of(images(), pixels, workers, () -> false).orElseThrow();
      seen.add(decoded.complaint().orElseThrow());
      decodes.set(0);
      for (Pixels.Image image : decoded.images()) {
        seen.add(image.key() + ", " + image.number() + ": " + image.pixels()[0]);
      }
      seen.add(decodes + " were not kept");
    }
    return seen;
  }

  @Test
  void numberOfThreads_doesNotChangeTheResult() throws IOException {
    List<String> onOne = seen(1);

    assertThat(onOne)
        .hasSize(1 + IMAGES - 12 + 1)
        .startsWith(
            "12 of 100 images cannot be read: image 0 (no 0), image 9 (no 9), image 18 (no 18),"
                + " image 27 (no 27), image 36 (no 36) and 7 more",
            "image 1, 1: 1",
            "image 2, 2: 2")
        .endsWith("image 98, 98: 98", IMAGES - 12 - (ROOM - 5) + " were not kept");
    assertThat(seen(7)).isEqualTo(onOne);
    assertThat(open).as("decoders that are still open").hasValue(0);
  }

  /** Each of the images waits until all of them are being read. */
  @Test
  void images_areDecodedOnSeveralThreads() {
    CountDownLatch begun = new CountDownLatch(4);
    List<LabelledImage> images =
        IntStream.range(1, 5)
            .mapToObj(
                number ->
                    image(
                        number,
                        () -> {
                          begun.countDown();
                          return new byte[] {isZero(begun) ? (byte) number : 0};
                        }))
            .toList();

    try (Pixels pixels = pixels();
        Workers workers = new Workers("test", 4)) {
      Optional<DecodedImages> decoded = DecodedImages.of(images, pixels, workers, () -> false);
      assertThat(decoded.orElseThrow().images()).hasSize(4);
    }
  }

  private static boolean isZero(CountDownLatch begun) {
    try {
      return begun.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void stopSignal_isReadOnTheCallingThread_beforeEachImage() {
    List<Thread> asked = new ArrayList<>();
    try (Pixels pixels = pixels()) {
      assertThat(
              DecodedImages.of(
                  images(),
                  pixels,
                  () -> {
                    asked.add(Thread.currentThread());
                    return asked.size() == 50;
                  }))
          .isEmpty();
    }

    assertThat(asked).hasSize(50).containsOnly(Thread.currentThread());
    assertThat(decodes).hasValueLessThan(50);
    assertThat(open).hasValue(0);
  }
}
