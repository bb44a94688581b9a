package dev.millrace.decode;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.testing.SharedData;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/**
 * Decodes many files that were made to break decoders. The test runs this class in a separate JVM,
 * so that a crash or a lack of memory fails the test, but does not end the test run. Prints one
 * line per file: name, outcome, milliseconds, message.
 */
final class DecodeSweep {

  private static final Preprocessing GEOMETRY = Pictures.geometry(256, 224);

  private DecodeSweep() {}

  /** Takes the arguments {@code tar FILE} or {@code mutations SEED COUNT}. */
  public static void main(String[] args) throws IOException {
    Map<String, byte[]> files =
        args[0].equals("tar")
            ? SharedData.untar(Path.of(args[1]))
            : mutations(Long.parseLong(args[1]), Integer.parseInt(args[2]));
    byte[] blank = new byte[GEOMETRY.bytes()];
    Arrays.fill(blank, (byte) 0x5A);
    ByteBuffer pixels = ByteBuffer.allocateDirect(blank.length);
    try (OpenCvImageDecoder decoder = new OpenCvImageDecoder(ImageLimits.DEFAULT)) {
      files.forEach(
          (name, file) -> {
            pixels.put(0, blank);
            long start = System.nanoTime();
            String outcome = outcome(decoder, file, pixels);
            long millis = (System.nanoTime() - start) / 1_000_000;
            boolean untouched = pixels.equals(ByteBuffer.wrap(blank));
            System.out.println(
                name + "\t" + (untouched ? "-" : "+") + "\t" + millis + "\t" + outcome);
          });
    }
  }

  private static String outcome(OpenCvImageDecoder decoder, byte[] file, ByteBuffer pixels) {
    try {
      decoder.decode(file, GEOMETRY, pixels);
      return hasTheSizeItClaims(file) ? "decoded\t" : "not as claimed\t";
    } catch (BadImageException e) {
      return e.reason().label() + "\t" + e.getMessage();
    }
  }

  /** Returns whether the library allocated exactly the size that our header reader found. */
  private static boolean hasTheSizeItClaims(byte[] file) {
    ImageHeader header = ImageHeader.read(file);
    if (header.format() == ImageFormat.GIF || header.format() == ImageFormat.BMP) {
      return true;
    }
    try (PixelRows picture = OpenCvPicture.decode(header, file, 1, Orientation.UPRIGHT)) {
      return picture.width() == header.width() && picture.height() == header.height();
    }
  }

  private static Map<String, byte[]> mutations(long seed, int count) {
    BufferedImage picture = Pictures.gradient(61, 47, BufferedImage.TYPE_INT_RGB);
    byte[] jpeg = Pictures.encode(picture, "jpeg");
    byte[][] originals = {
      jpeg,
      Pictures.withOrientation(jpeg, 6),
      Pictures.progressiveJpeg(picture),
      Pictures.encode(picture, "png"),
      Pictures.encode(picture, "gif"),
      Pictures.encode(picture, "bmp"),
      Pictures.runLengthBmp(),
      Pictures.tiff(picture, "none"),
      Pictures.tiff(picture, "LZW"),
      Pictures.tiff(picture, "ZLib"),
      Pictures.tiff(picture, "PackBits"),
      Pictures.tiff(picture, "JPEG"),
      Pictures.webp()
    };
    Random random = new Random(seed);
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      files.put("mutation " + i, mutate(originals[i % originals.length], random));
    }
    return files;
  }

  /**
   * Changes up to eight bytes, and truncates about one file in eight. About half of the changes are
   * within the first 200 bytes.
   */
  private static byte[] mutate(byte[] original, Random random) {
    byte[] file = original.clone();
    int changes = 1 + random.nextInt(8);
    for (int i = 0; i < changes; i++) {
      int range = random.nextBoolean() ? Math.min(file.length, 200) : file.length;
      file[random.nextInt(range)] = (byte) random.nextInt(256);
    }
    return random.nextInt(8) == 0 ? Arrays.copyOf(file, random.nextInt(file.length)) : file;
  }
}
