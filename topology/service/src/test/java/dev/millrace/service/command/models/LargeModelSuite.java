package dev.millrace.service.command.models;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.service.command.CapturedRun;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests a model of 2.7 GB, from its import to a prediction. Needs 6 GB of disk and 7 GB of memory.
 */
@Tag("nightly")
@Tag("large")
@Timeout(900)
class LargeModelSuite {

  @TempDir private Path folder;

  @Test
  void modelOfMoreThanTwoGibibytes_isImportedVerifiedAndClassifiesAnImage() throws IOException {
    Path model = LargeModel.write(Files.createDirectory(folder.resolve("export")));
    Path names = folder.resolve("labels.txt");
    Files.write(names, IntStream.range(0, LargeModel.CLASSES).mapToObj(i -> "c" + i).toList());
    String image = noise().toString();

    CapturedRun imported =
        run(
            "models",
            "import",
            model.toString(),
            "--labels",
            names.toString(),
            "--model",
            "m",
            "--time-limit",
            "600");

    assertThat(imported.succeeded().err()).contains("large weights kept in other files");
    assertThat(run("models", "verify", "--model", "m").succeeded().out()).contains("is sound");
    assertThat(run("models", "show", "--model", "m").succeeded().out())
        .contains("weights-1.bin", "737,280,000 bytes", "weights-4.bin");
    JsonNode prediction = run("classify", image, "--json", "--model", "m").succeeded().json();
    assertThat(prediction.get("probabilities")).hasSize(LargeModel.CLASSES);
    assertThat(prediction.get("probability").asDouble()).isBetween(0.1, 1.0);

    changeOneByte(folder.resolve("models/m/1/weights-4.bin"));
    assertThat(run("models", "verify", "--model", "m").failureLine())
        .contains("is corrupt: ", "weights-4.bin has sha256 ");
  }

  private Path noise() throws IOException {
    BufferedImage image =
        new BufferedImage(LargeModel.SIDE, LargeModel.SIDE, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(1);
    for (int pixel = 0; pixel < LargeModel.SIDE * LargeModel.SIDE; pixel++) {
      image.setRGB(pixel % LargeModel.SIDE, pixel / LargeModel.SIDE, random.nextInt(1 << 24));
    }
    Path file = folder.resolve("noise.png");
    ImageIO.write(image, "png", file.toFile());
    return file;
  }

  private static void changeOneByte(Path path) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      int old = file.read();
      file.seek(0);
      file.write(old + 1);
    }
  }

  /**
   * Runs a command, and prints the time that the command took and the peak memory of this process.
   */
  private CapturedRun run(String... arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--repository", folder.resolve("models").toString()));
    long start = System.nanoTime();
    CapturedRun run = CapturedRun.of(all.toArray(String[]::new));
    System.out.printf(
        "%s: %.1f s, %s, heap %,d MiB%n",
        all.subList(0, 2),
        (System.nanoTime() - start) / 1e9,
        residentAtMost(),
        (Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) >> 20);
    return run;
  }

  private static String residentAtMost() throws IOException {
    Path status = Path.of("/proc/self/status");
    return Files.exists(status)
        ? Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("VmHWM") || line.startsWith("RssAnon"))
            .map(line -> line.replaceAll("\\s+", " "))
            .toList()
            .toString()
        : "memory unknown";
  }
}
