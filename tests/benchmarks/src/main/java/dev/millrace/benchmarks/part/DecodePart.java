package dev.millrace.benchmarks.part;

import dev.millrace.benchmarks.jmh.Decode;
import dev.millrace.benchmarks.jmh.Jmh;
import dev.millrace.benchmarks.jmh.LibJpegTurbo;
import dev.millrace.benchmarks.jmh.WriteJson;
import dev.millrace.benchmarks.lab.Photographs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Decoding, against libjpeg-turbo by itself and against the JDK's ImageIO, which on Debian links
 * the same libjpeg-turbo; and writing predictions. A second is one of processor time, so that
 * speeds are those of one core.
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

  /**
   * One of the benchmarks.
   *
   * @param name what its figures are called
   * @param method of the class
   * @param note what it is
   */
  private record Entry(
      String name, Class<?> type, String method, Map<String, String> parameters, String note) {}

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
    List<Entry> entries =
        List.of(
            new Entry(ALONE, type, "alone", pictures, "Millrace without its resize"),
            new Entry(LIBJPEG_TURBO, type, "libJpegTurbo", pictures, "libjpeg-turbo by itself"),
            new Entry(WITH_RESIZE, type, "withResize", pictures, "Millrace, resized to 256"),
            new Entry(
                LIBJPEG_TURBO_HALF, type, "libJpegTurboHalf", pictures, "the same at half size"),
            new Entry(IMAGE_IO, type, "imageIo", pictures, "ImageIO without a resize"));
    String part = name() + "." + size;
    Map<String, List<Jmh.Score>> scores = run(bench, part, "images/s a core", entries);
    ratio(bench, part, scores, ALONE, LIBJPEG_TURBO);
    ratio(bench, part, scores, WITH_RESIZE, LIBJPEG_TURBO);
    ratio(bench, part, scores, ALONE, IMAGE_IO);
    ratio(bench, part, scores, WITH_RESIZE, IMAGE_IO);
  }

  private void json(Bench bench) {
    List<Entry> entries = new ArrayList<>();
    for (String classes : List.of("10", "1000")) {
      entries.add(
          new Entry(
              classes + "_classes",
              WriteJson.class,
              "json",
              Map.of("classes", classes),
              "written with the whole distribution"));
    }
    run(bench, name() + ".json", "predictions/s a core", entries);
  }

  /**
   * Runs them round by round, every other round the other way round, and says how fast they are.
   */
  private static Map<String, List<Jmh.Score>> run(
      Bench bench, String part, String unit, List<Entry> entries) {
    Jmh jmh = new Jmh(bench.lab().jvmOptions(), bench.config().scale());
    Map<String, List<Jmh.Score>> scores = new LinkedHashMap<>();
    entries.forEach(entry -> scores.put(entry.name(), new ArrayList<>()));
    List<Entry> order = new ArrayList<>(entries);
    for (int round = 0; round < bench.config().rounds(); round++) {
      for (Entry entry : order) {
        Jmh.Score score = jmh.run(entry.type(), entry.method(), entry.parameters());
        scores.get(entry.name()).add(score);
        bench.progress(
            "round %d, %s.%s: %,.1f %s, %,.0f bytes each",
            round + 1, part, entry.name(), score.perSecond(), unit, score.bytes());
      }
      Collections.reverse(order);
    }
    for (Entry entry : entries) {
      String figure = part + "." + entry.name();
      List<Jmh.Score> rounds = scores.get(entry.name());
      bench.figure(figure, Medians.of(rounds, Jmh.Score::perSecond), unit, entry.note());
      bench.figure(
          figure + "_bytes",
          Medians.of(rounds, Jmh.Score::bytes),
          "bytes",
          "on the heap, for each");
    }
    return scores;
  }

  private static void ratio(
      Bench bench, String part, Map<String, List<Jmh.Score>> scores, String over, String under) {
    bench.figure(
        part + "." + over + "_over_" + under,
        Medians.ratio(
            scores.get(over), Jmh.Score::perSecond, scores.get(under), Jmh.Score::perSecond),
        "",
        "its speed as a part of the other's");
  }
}
