package dev.millrace.benchmarks.lab;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/**
 * Generated pictures that take as long to decode as photographs. Each picture is a sum of octaves
 * of smooth noise. From each octave to the next finer one, the amplitude decreases about as slowly
 * as in photographs. So a picture's JPEG file has about half a byte per pixel, like the files of
 * ImageNet.
 */
public final class Photographs {

  private static final int COARSEST = 128;
  private static final float QUALITY = 0.9f;
  // Amplitude of an octave, divided by the amplitude of the next coarser octave.
  private static final double FALL = 0.9;

  private Photographs() {}

  /**
   * Returns {@code count} different pictures as JPEG files. The chroma channels have half of the
   * width and height. Calls with equal arguments return equal pictures.
   */
  public static List<byte[]> jpegs(int width, int height, int count) {
    return IntStream.range(0, count).mapToObj(seed -> jpeg(width, height, seed)).toList();
  }

  private static byte[] jpeg(int width, int height, long seed) {
    Random random = new Random(seed);
    float[][] channels = new float[3][];
    float[] brightness = noise(width, height, COARSEST, random);
    for (int c = 0; c < channels.length; c++) {
      // In photographs, colour changes more slowly and over a smaller range than brightness.
      channels[c] = noise(width, height, 2 * COARSEST, random);
    }
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int i = y * width + x;
        int rgb = 0;
        for (float[] channel : channels) {
          int value = Math.round(128 + 50 * brightness[i] + 20 * channel[i]);
          rgb = rgb << 8 | Math.max(0, Math.min(255, value));
        }
        image.setRGB(x, y, rgb);
      }
    }
    return encode(image);
  }

  /** Sums octaves of bilinearly interpolated noise, from the coarsest down to single pixels. */
  private static float[] noise(int width, int height, int coarsest, Random random) {
    float[] sum = new float[width * height];
    double amplitude = 1;
    for (int cell = coarsest; cell >= 1; cell /= 2) {
      int columns = width / cell + 2;
      float[] grid = new float[columns * (height / cell + 2)];
      for (int i = 0; i < grid.length; i++) {
        grid[i] = (float) (amplitude * random.nextGaussian() / 2);
      }
      for (int y = 0; y < height; y++) {
        float dy = (float) (y % cell) / cell;
        for (int x = 0; x < width; x++) {
          float dx = (float) (x % cell) / cell;
          int i = y / cell * columns + x / cell;
          float top = grid[i] + dx * (grid[i + 1] - grid[i]);
          float bottom = grid[i + columns] + dx * (grid[i + columns + 1] - grid[i + columns]);
          sum[y * width + x] += top + dy * (bottom - top);
        }
      }
      amplitude *= FALL;
    }
    return sum;
  }

  private static byte[] encode(BufferedImage image) {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
      ImageWriteParam parameters = writer.getDefaultWriteParam();
      parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      parameters.setCompressionQuality(QUALITY);
      writer.setOutput(out);
      writer.write(null, new IIOImage(image, null, null), parameters);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }
}
