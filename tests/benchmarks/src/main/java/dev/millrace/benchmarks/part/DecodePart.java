package dev.millrace.benchmarks.part;

import dev.millrace.benchmarks.jmh.Decode;
import dev.millrace.benchmarks.jmh.LibJpegTurbo;
import dev.millrace.benchmarks.jmh.WriteJson;
import dev.millrace.benchmarks.lab.Photographs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Compares the speed of Millrace's decoding with two other decoders: libjpeg-turbo alone, and the
 * JDK's ImageIO. In Debian's Java, ImageIO also uses libjpeg-turbo. Also measures the speed of
 * writing predictions as JSON. A speed is the number of operations per second of processor time, so
 * it is the speed of one core.
 */
final class DecodePart implements Part {

  private static final int PICTURES = 16;
  private static final String ALONE = "alone";
  private static final String WITH_RESIZE = "with_resize";
  private static final String LIBJPEG_TURBO = "libjpeg_turbo";
  private static final String LIBJPEG_TURBO_HALF = "libjpeg_turbo_half";
  private static final String IMAGE_IO = "imageio";

  @Override
  public String name() {
    return "decode";
  }

  @Override
  public String what() {
    return "JPEG to pixels on one core, against libjpeg-turbo and ImageIO, and predictions to JSON";
  }

  @Override
  public void measure(Bench bench) throws IOException {
    LibJpegTurbo.requireInstalled();
    measure(bench, 500, 375);
    measure(bench, 1920, 1080);
    json(bench);
  }

  private void measure(Bench bench, int width, int height) throws IOException {
    String size = width + "x" + height;
    Path folder = Limits.write(bench, size, Photographs.jpegs(width, height, PICTURES));
    Map<String, String> pictures = Map.of("pictures", folder.toString());
    Class<?> type = Decode.class;
    JmhRounds rounds = new JmhRounds(bench, name() + "." + size, "images/s per core");
    rounds.enter(ALONE, type, "alone", pictures, "Millrace without its resize");
    rounds.enter(LIBJPEG_TURBO, type, "libJpegTurbo", pictures, "libjpeg-turbo alone");
    rounds.enter(WITH_RESIZE, type, "withResize", pictures, "Millrace, resized to 256");
    rounds.enter(
        LIBJPEG_TURBO_HALF, type, "libJpegTurboHalf", pictures, "libjpeg-turbo at half size");
    rounds.enter(IMAGE_IO, type, "imageIo", pictures, "ImageIO without a resize");
    rounds.run();
    rounds.ratio(ALONE, LIBJPEG_TURBO);
    rounds.ratio(WITH_RESIZE, LIBJPEG_TURBO);
    rounds.ratio(ALONE, IMAGE_IO);
    rounds.ratio(WITH_RESIZE, IMAGE_IO);
  }

  private void json(Bench bench) {
    JmhRounds rounds = new JmhRounds(bench, name() + ".json", "predictions/s per core");
    for (String classes : List.of("10", "1000")) {
      rounds.enter(
          classes + "_classes",
          WriteJson.class,
          "json",
          Map.of("classes", classes),
          "written with all probabilities");
    }
    rounds.run();
  }
}
