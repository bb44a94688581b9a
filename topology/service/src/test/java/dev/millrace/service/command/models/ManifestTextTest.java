package dev.millrace.service.command.models;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Fingerprint;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelVersion;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestTextTest {

  private static final Preprocessing PREPROCESSING =
      new Preprocessing(32, 36, Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD);

  @Test
  void trainedVersion_tellsItsRunItsParentAndItsMetrics() {
    String text =
        text(
            new ModelManifest(
                "m",
                4,
                "0".repeat(64),
                "2026-01-01T00:00:00Z",
                new ModelManifest.Source("training", null, null),
                3,
                PREPROCESSING,
                List.of("a", "b"),
                Map.of(
                    "accuracy",
                    0.915,
                    "train_loss",
                    0.123456,
                    "epoch",
                    12.0,
                    "gate_accuracy",
                    0.5,
                    "gate_images",
                    200.0,
                    "golden_accuracy",
                    0.5,
                    "golden_images",
                    200.0),
                "run-1"));

    assertThat(text)
        .doesNotContain("null")
        .containsPattern("source +trained in run run-1\n")
        .containsPattern("parent +version 3\n")
        .containsPattern("created +2026-01-01T00:00:00Z, 2 days ago\n")
        .containsPattern(
            "input +32x32 pixels, cropped from a shorter side of 36, bilinear, upright by EXIF, channels rgb\n")
        .containsPattern("classes +2: a, b\n")
        .containsPattern("accuracy +91.50 %\n")
        .containsPattern("train_loss +0.1235\n")
        .containsPattern("gate_accuracy +50.00 % \\(95 % interval: 43.14 % to 56.86 %\\) of 200\n")
        .containsPattern(
            "golden_accuracy +50.00 % \\(95 % interval: 43.14 % to 56.86 %\\) of 200\n")
        .containsPattern("epoch +12\n");
  }

  @Test
  void importedVersion_tellsItsFile() {
    List<String> labels = IntStream.range(0, 1000).mapToObj(i -> "c" + i).toList();
    String text =
        text(
            new ModelManifest(
                "m",
                1,
                "0".repeat(64),
                "2026-01-01T00:00:00Z",
                new ModelManifest.Source("import", "x.onnx", "1".repeat(64)),
                null,
                PREPROCESSING,
                labels,
                null,
                null));

    assertThat(text)
        .doesNotContain("null", "parent")
        .contains("imported from x.onnx, sha256 " + "1".repeat(64))
        .contains("1000: c0, c1, c2, c3, c4, c5, c6, c7, c8, c9 and 990 more, see --json");
  }

  @Test
  void filesWithWeights_haveTheirSizesAndChecksums(@TempDir Path folder) throws IOException {
    Files.write(folder.resolve("weights-1.bin"), new byte[1234]);
    Map<String, String> files = new TreeMap<>();
    files.put("weights-1.bin", "1".repeat(64));
    files.put("weights-2.bin", "2".repeat(64));
    ModelManifest manifest =
        new ModelManifest(
            "m",
            1,
            "0".repeat(64),
            "2026-01-01T00:00:00Z",
            new ModelManifest.Source("import", "x.onnx", null),
            null,
            PREPROCESSING,
            List.of("a", "b"),
            null,
            null,
            null,
            files,
            null);

    assertThat(text(new ModelVersion(folder, manifest)))
        .containsPattern("weights-1.bin +1,234 bytes, sha256 1{64}\n")
        .containsPattern("weights-2.bin +missing, sha256 2{64}\n");
  }

  @Test
  void versionThatWasComparedOnAGoldenSet_tellsOnWhich() {
    ModelManifest manifest =
        new ModelManifest(
            "m",
            4,
            "0".repeat(64),
            "2026-01-01T00:00:00Z",
            new ModelManifest.Source("training", null, null),
            3,
            PREPROCESSING,
            List.of("a", "b"),
            Map.of("golden_images", 200.0),
            "run-1",
            null,
            null,
            null,
            null,
            null,
            null,
            new Fingerprint("5".repeat(64), Map.of("a", 150, "b", 50)));

    assertThat(text(manifest))
        .containsPattern("golden set +200 images of 2 classes, digest 5{12}…\n");
  }

  private static String text(ModelManifest manifest) {
    return text(new ModelVersion(Path.of("any"), manifest));
  }

  private static String text(ModelVersion version) {
    StringWriter out = new StringWriter();
    new ManifestText(new PrintWriter(out), Instant.parse("2026-01-03T00:00:00Z")).print(version);
    return out.toString();
  }
}
