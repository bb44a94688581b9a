package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.control.Champion;
import dev.millrace.control.ControlReader;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.service.broker.EmbeddedBroker;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@code train --precision int8} with the promotion gate. */
@Tag("broker")
@Timeout(180)
@ExtendWith(SharedBroker.class)
class TrainInt8Test {

  private static final String MODEL = "trained-int8";
  private static final int SIDE = 16;
  private static final int EACH = 500;

  @TempDir Path folder;

  @Test
  void gate_judgesAndPromotesTheInt8Versions(EmbeddedBroker broker) throws Exception {
    writeImages();

    MillraceProcess.Result result =
        MillraceProcess.run(
            folder,
            "train",
            "--data",
            folder.resolve("images"),
            "--held-out",
            0.9,
            "--size",
            SIDE,
            "--stem",
            "cifar",
            "--epochs",
            3,
            "--batch-size",
            16,
            "--learning-rate",
            0.05,
            "--precision",
            "int8",
            "--promote-if-better",
            0.2,
            "--min-accuracy",
            0,
            "--bootstrap-servers",
            broker.bootstrapServers(),
            "--repository",
            folder.resolve("models"),
            "--model",
            MODEL,
            "--run",
            folder.resolve("run"));

    assertThat(result.exitCode()).as(result.output() + result.errors()).isZero();
    assertThat(result.output()).contains(" is published in int8: accuracy ");
    ModelRepository repository = new ModelRepository(folder.resolve("models"));
    int champion = champion(broker.bootstrapServers()).version();
    for (int version : repository.versions(MODEL)) {
      ModelManifest manifest = repository.manifest(MODEL, version);
      assertThat(manifest.metrics().containsKey("gate_accuracy"))
          .as("version %d was judged", version)
          .isEqualTo(manifest.quantization() != null);
      if (manifest.quantization() != null) {
        assertThat(manifest.parentVersion()).isEqualTo(version - 1);
      }
    }
    assertThat(repository.newest(MODEL).manifest().quantization()).isNotNull();
    assertThat(repository.manifest(MODEL, champion).quantization()).isNotNull();
    assertThat(
            MillraceProcess.run(
                    folder,
                    "train",
                    "--reproduce",
                    MODEL + "/" + champion,
                    "--repository",
                    folder.resolve("models"))
                .errors())
        .contains("reproduce its float32 version, " + (champion - 1));
  }

  private static Champion champion(String bootstrapServers) {
    try (ControlReader reader =
        new ControlReader(Map.of("bootstrap.servers", bootstrapServers), MODEL)) {
      return reader.readToEnd().orElseThrow();
    }
  }

  /** Writes images of two classes, which differ in their brightness. */
  private void writeImages() throws IOException {
    Random random = new Random(1);
    for (String name : List.of("dark", "light")) {
      Path home = Files.createDirectories(folder.resolve("images").resolve(name));
      for (int i = 0; i < EACH; i++) {
        BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        for (int p = 0; p < SIDE * SIDE; p++) {
          int grey = (name.equals("dark") ? 40 : 150) + random.nextInt(60);
          image.setRGB(p % SIDE, p / SIDE, grey << 16 | grey << 8 | random.nextInt(256));
        }
        ImageIO.write(image, "png", home.resolve(i + ".png").toFile());
      }
    }
  }
}
