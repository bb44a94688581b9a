package dev.millrace.tests;

import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.decode.OpenCvImageDecoder;
import dev.millrace.onnx.OnnxModelRuntime;
import dev.millrace.streams.ImageInference;
import dev.millrace.streams.InferenceConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.imageio.ImageIO;

/**
 * A decoder and a device with faults. For a white image, the device returns NaN as every
 * probability. A real device would do so after an overflow in half precision. After {@link
 * #breakDevice}, it returns NaN for every image. For the image {@link #UNHEARD_OF}, the decoder
 * throws an unexpected exception, instead of the exception that reports a bad image.
 */
final class PoisonedParts {

  /** An image for which the decoder throws an unexpected exception. */
  static final byte[] UNHEARD_OF = {'U', 'N', 'H', 'E', 'A', 'R', 'D'};

  private static final int WHITE = 255;

  private final AtomicBoolean broken = new AtomicBoolean();

  /** Returns a white image, for which the device returns NaN. */
  static byte[] white() {
    BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 32 * 32; i++) {
      image.setRGB(i % 32, i / 32, Color.WHITE.getRGB());
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", bytes);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return bytes.toByteArray();
  }

  /** Breaks the device: from now on, it returns NaN for every image. */
  void breakDevice() {
    broken.set(true);
  }

  ImageInference<byte[]> inference(InferenceConfig config) {
    return ImageInference.with(
        config,
        TamperedSession.runtime(new OnnxModelRuntime(), this::spoil),
        () -> new Decoder(new OpenCvImageDecoder(config.engine().limits())),
        new SimpleMeterRegistry());
  }

  private void spoil(
      ModelSession session, ByteBuffer pixels, int images, FloatBuffer probabilities) {
    int bytes = session.inputWidth() * session.inputHeight() * Preprocessing.CHANNELS;
    for (int image = 0; image < images; image++) {
      if (broken.get() || isWhite(pixels.slice(image * bytes, bytes))) {
        for (int i = 0; i < session.classes(); i++) {
          probabilities.put(image * session.classes() + i, Float.NaN);
        }
      }
    }
  }

  private static boolean isWhite(ByteBuffer pixels) {
    for (int i = 0; i < pixels.capacity(); i++) {
      if (Byte.toUnsignedInt(pixels.get(i)) != WHITE) {
        return false;
      }
    }
    return true;
  }

  private record Decoder(ImageDecoder decoder) implements ImageDecoder {
    @Override
    public void decode(byte[] encoded, Preprocessing preprocessing, ByteBuffer pixels) {
      if (Arrays.equals(encoded, UNHEARD_OF)) {
        throw new IllegalStateException("the decoder has a bug");
      }
      decoder.decode(encoded, preprocessing, pixels);
    }

    @Override
    public void close() {
      decoder.close();
    }
  }
}
