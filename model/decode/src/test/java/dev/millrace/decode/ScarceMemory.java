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
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Decodes pictures in a process whose address space has room only for small pictures. Works only on
 * Linux. Prints one line per picture: name, outcome.
 */
final class ScarceMemory {

  private static final Preprocessing GEOMETRY = Pictures.square(32);
  private static final long ROOM = 24L << 20;

  /** Side of a picture that is too large for the free space in glibc's arenas of 64 MiB each. */
  private static final int LARGE = 6_200;

  private static final ImageLimits LIMITS = new ImageLimits(40L << 20, Duration.ofMinutes(1), 1);

  private ScarceMemory() {}

  public static void main(String[] args) throws Exception {
    BufferedImage small = Pictures.gradient(64, 64, BufferedImage.TYPE_INT_RGB);
    BufferedImage large = Pictures.gradient(LARGE, LARGE, BufferedImage.TYPE_BYTE_GRAY);
    byte[] jpeg = Pictures.encode(small, "jpeg");
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("small", jpeg);
    files.put("small and cut off", Arrays.copyOf(jpeg, jpeg.length / 2));
    files.put("large png", Pictures.encode(large, "png"));
    files.put("large progressive jpeg", Pictures.progressiveJpeg(large));
    ByteBuffer pixels = ByteBuffer.allocateDirect(GEOMETRY.bytes());
    try (OpenCvImageDecoder decoder = new OpenCvImageDecoder(LIMITS)) {
      decoder.decode(jpeg, GEOMETRY, pixels);
      limitAddressSpace();
      files.forEach(
          (name, file) -> System.out.println(name + "\t" + outcome(decoder, file, pixels)));
    }
  }

  private static String outcome(OpenCvImageDecoder decoder, byte[] file, ByteBuffer pixels) {
    try {
      decoder.decode(file, GEOMETRY, pixels);
      return "decoded";
    } catch (BadImageException e) {
      return e.reason().label();
    } catch (OutOfMemoryError e) {
      return "out of memory";
    }
  }

  private static void limitAddressSpace() throws IOException, InterruptedException {
    String pid = Long.toString(ProcessHandle.current().pid());
    Process process =
        new ProcessBuilder("prlimit", "--pid", pid, "--as=" + (taken() + ROOM)).inheritIO().start();
    if (process.waitFor() != 0) {
      throw new IOException("prlimit failed");
    }
  }

  private static long taken() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmSize:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
        .findFirst()
        .orElseThrow();
  }
}
