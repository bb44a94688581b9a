package dev.millrace.decode;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.image.Preprocessing.Fit;
import dev.millrace.core.image.Preprocessing.Interpolation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Decodes a file with each interpolation, once cropped and once squashed. Prints one line for each
 * decode: the preprocessing, and the growth of the process's peak resident memory, in KiB. The
 * growth is measured from the end of a first decode, which decodes a small picture.
 */
final class DecodePeak {

  private DecodePeak() {}

  /** Takes the path of the file as argument. */
  public static void main(String[] args) throws IOException {
    byte[] file = Files.readAllBytes(Path.of(args[0]));
    try (OpenCvImageDecoder decoder = new OpenCvImageDecoder(ImageLimits.DEFAULT)) {
      decoder.decode(Pictures.webp(), Pictures.square(1), ByteBuffer.allocate(3));
      long before = peakKib();
      for (Interpolation interpolation : Interpolation.values()) {
        for (Fit fit : new Fit[] {Fit.CROP, Fit.SQUASH}) {
          Preprocessing geometry = Pictures.fitted(224, 224, 256, fit, interpolation);
          decoder.decode(file, geometry, ByteBuffer.allocate(geometry.bytes()));
          System.out.println(fit + " " + interpolation + "\t" + (peakKib() - before + 1));
        }
      }
    }
  }

  private static long peakKib() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
