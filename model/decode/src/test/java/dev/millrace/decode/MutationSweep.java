package dev.millrace.decode;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.image.Preprocessing;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Decodes damaged copies of valid JPEG and PNG files. Prints one line per file: seed, outcome,
 * milliseconds. At the end it prints the peak of its resident memory, in KiB. Any result other than
 * pixels or a {@link BadImageException} ends the process.
 */
final class MutationSweep {

  private static final Preprocessing GEOMETRY = Pictures.square(32);
  private static final ImageLimits LIMITS = new ImageLimits(4 << 20, Duration.ofSeconds(5), 1);

  private MutationSweep() {}

  /** Takes the first seed and the number of mutations as arguments. */
  public static void main(String[] args) throws IOException {
    long first = Long.parseLong(args[0]);
    long count = Long.parseLong(args[1]);
    List<byte[]> jpegs = jpegs();
    List<byte[]> pngs = pngs();
    ByteBuffer pixels = ByteBuffer.allocateDirect(GEOMETRY.bytes());
    try (OpenCvImageDecoder decoder = new OpenCvImageDecoder(LIMITS)) {
      for (long seed = first; seed < first + count; seed++) {
        byte[] file = seed % 2 == 0 ? damaged(jpegs, seed) : damaged(pngs, seed);
        // Half of the damaged PNGs get valid checksums, because the decoder does not read a chunk
        // with a wrong checksum.
        byte[] mutation = seed % 4 == 1 ? Mutator.withChecksums(file) : file;
        long start = System.nanoTime();
        String outcome = outcome(decoder, mutation, pixels, seed);
        long millis = (System.nanoTime() - start) / 1_000_000;
        System.out.println(seed + "\t" + outcome + "\t" + millis);
      }
    }
    System.out.println(peakKib());
  }

  private static byte[] damaged(List<byte[]> files, long seed) {
    int which = (int) (seed / 2 % files.size());
    return new Mutator(seed).damage(files.get(which), files.get((which + 1) % files.size()));
  }

  private static String outcome(
      OpenCvImageDecoder decoder, byte[] file, ByteBuffer pixels, long seed) {
    try {
      decoder.decode(file, GEOMETRY, pixels);
      return "decoded";
    } catch (BadImageException e) {
      return "refused";
    } catch (RuntimeException | Error e) {
      throw new AssertionError("the mutation of seed " + seed, e);
    }
  }

  private static List<byte[]> jpegs() {
    BufferedImage colour = picture(BufferedImage.TYPE_INT_RGB);
    BufferedImage grey = picture(BufferedImage.TYPE_BYTE_GRAY);
    return List.of(
        Pictures.encode(colour, "jpeg"), // chroma subsampling 4:2:0
        Pictures.progressiveJpeg(colour),
        Pictures.jpegWithRestarts(colour, 3),
        Pictures.encode(grey, "jpeg"),
        Pictures.progressiveJpeg(grey),
        Pictures.withOrientation(Pictures.encode(colour, "jpeg"), 6));
  }

  private static List<byte[]> pngs() {
    return List.of(
        Pictures.encode(picture(BufferedImage.TYPE_INT_RGB), "png"),
        Pictures.encode(picture(BufferedImage.TYPE_INT_ARGB), "png"),
        Pictures.encode(picture(BufferedImage.TYPE_BYTE_GRAY), "png"),
        Pictures.encode(picture(BufferedImage.TYPE_USHORT_GRAY), "png"),
        Pictures.encode(picture(BufferedImage.TYPE_BYTE_INDEXED), "png"),
        Pictures.encode(picture(BufferedImage.TYPE_BYTE_BINARY), "png"),
        Pictures.interlacedPng(picture(BufferedImage.TYPE_INT_RGB)));
  }

  private static BufferedImage picture(int type) {
    return Pictures.gradient(61, 47, type);
  }

  private static long peakKib() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
