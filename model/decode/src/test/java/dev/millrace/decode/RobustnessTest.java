package dev.millrace.decode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.SharedData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A JVM with a heap of 512 MB reads files that were made to break decoders. The JVM decodes each
 * file or refuses it with a reason, and does not crash. {@link RobustnessSuite} uses more files and
 * also limits the time.
 */
class RobustnessTest {

  @TempDir private Path folder;

  /** One line of the output of {@link DecodeSweep}. */
  record Line(String name, boolean written, int millis, String outcome, String message) {

    static Line parse(String line) {
      String[] columns = line.split("\t", -1);
      assertThat(columns).as(line).hasSize(5);
      return new Line(
          columns[0], columns[1].equals("+"), Integer.parseInt(columns[2]), columns[3], columns[4]);
    }
  }

  @Test
  void corpus_isDecodedOrRefused() throws Exception {
    Path tar = SharedData.file("robustness/robustness.tar");

    Map<String, Line> lines =
        sweep(folder, "tar", tar.toString()).stream()
            .collect(Collectors.toMap(Line::name, Function.identity()));

    assertThat(lines).hasSize(617);
    assertThat(count(lines.values()))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "decoded", 514L,
                "undecodable", 81L,
                "unknown_format", 18L,
                "too_large", 3L,
                "empty", 1L));
    assertThat(lines.get("4d88e9b396f8.jpg").message())
        .isEqualTo("the JPEG image claims 65535x65535 pixels, but at most 268435456 are allowed");
  }

  @Test
  void cmykJpeg_comesOutAsItsReferencePng() throws IOException {
    Map<String, byte[]> files = SharedData.untar("robustness/robustness.tar");
    ByteBuffer cmyk = decode(files.get("425ec0fb36e9.jpg"), 32);
    ByteBuffer reference = decode(files.get("e685542602c0.png"), 32);

    assertThat(meanDifference(cmyk, reference)).isLessThan(1);
  }

  @Test
  void animatedGif_showsItsFirstFrame_asPillowDoes() throws IOException {
    Map<String, byte[]> files = SharedData.untar("robustness/robustness.tar");

    ByteBuffer pixels = decode(files.get("4d036f172c9f.gif"), 64);

    assertThat(Pictures.sha256(pixels))
        .isEqualTo("e0d4f571eb2a34286c6efbca245e689c981e73a3ff5652eb442552695541cd56");
  }

  @Test
  void mutatedFiles_areDecodedOrRefused() throws Exception {
    requireOutcomes(1_400, folder);
  }

  static List<Line> requireOutcomes(int mutations, Path folder) throws Exception {
    List<Line> lines = sweep(folder, "mutations", "20260101", Integer.toString(mutations));

    assertThat(lines).hasSize(mutations);
    assertThat(count(lines))
        .containsOnlyKeys("decoded", "undecodable", "too_large", "unknown_format", "empty");
    return lines;
  }

  /** Decodes each file in a separate JVM; a refused file leaves the buffer unchanged. */
  static List<Line> sweep(Path folder, String... args) throws IOException, InterruptedException {
    List<Line> lines =
        ChildJvm.run(folder, DecodeSweep.class, List.of("-Xmx512m"), args).stream()
            .map(Line::parse)
            .toList();
    assertThat(lines)
        .allSatisfy(
            line ->
                assertThat(line.written())
                    .as(line.name())
                    .isEqualTo(line.outcome().equals("decoded")));
    return lines;
  }

  private static Map<String, Long> count(Collection<Line> lines) {
    return lines.stream()
        .collect(Collectors.groupingBy(Line::outcome, TreeMap::new, Collectors.counting()));
  }

  private static ByteBuffer decode(byte[] file, int size) {
    ByteBuffer pixels = ByteBuffer.allocate(Pictures.square(size).bytes());
    try (OpenCvImageDecoder decoder = new OpenCvImageDecoder(ImageLimits.DEFAULT)) {
      decoder.decode(file, Pictures.square(size), pixels);
    }
    return pixels;
  }

  private static double meanDifference(ByteBuffer one, ByteBuffer other) {
    long sum = 0;
    for (int i = 0; i < one.limit(); i++) {
      sum += Math.abs((one.get(i) & 0xFF) - (other.get(i) & 0xFF));
    }
    return (double) sum / one.limit();
  }
}
