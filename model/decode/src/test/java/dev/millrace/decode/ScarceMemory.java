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
import java.util.List;
import java.util.Map;

/**
 * Decodes pictures in a process whose address space has room only for small pictures. Works only on
 * Linux. Prints one line per picture: name, outcome.
 */
final class ScarceMemory {

  private static final Preprocessing GEOMETRY = Pictures.square(32);
  private static final long ROOM = 24L << 20;

  private static final String SMALL = "small";
  private static final String CUT_OFF = "small and cut off";
  private static final String LARGE_PNG = "large png";
  private static final String LARGE_JPEG = "large progressive jpeg";

  /** Side of a picture that is too large for the free space in glibc's arenas of 64 MiB each. */
  private static final int LARGE = 6_200;

  private static final ImageLimits LIMITS = new ImageLimits(40L << 20, Duration.ofMinutes(1), 1);

  private ScarceMemory() {}

  /** Writes the pictures to a folder. The process would take long to make them. */
  static void writePictures(Path folder) throws IOException {
    BufferedImage small = Pictures.gradient(64, 64, BufferedImage.TYPE_INT_RGB);
    BufferedImage large = Pictures.gradient(LARGE, LARGE, BufferedImage.TYPE_BYTE_GRAY);
    byte[] jpeg = Pictures.encode(small, "jpeg");
    Files.write(folder.resolve(SMALL), jpeg);
    Files.write(folder.resolve(CUT_OFF), Arrays.copyOf(jpeg, jpeg.length / 2));
    Files.write(folder.resolve(LARGE_PNG), Pictures.encode(large, "png"));
    Files.write(folder.resolve(LARGE_JPEG), Pictures.progressiveJpeg(large));
  }

  public static void main(String[] args) throws Exception {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (String name : List.of(SMALL, CUT_OFF, LARGE_PNG, LARGE_JPEG)) {
      files.put(name, Files.readAllBytes(Path.of(args[0], name)));
    }
    ByteBuffer pixels = ByteBuffer.allocateDirect(GEOMETRY.bytes());
    try (OpenCvImageDecoder decoder = new OpenCvImageDecoder(LIMITS)) {
      decoder.decode(files.get(SMALL), GEOMETRY, pixels);
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
