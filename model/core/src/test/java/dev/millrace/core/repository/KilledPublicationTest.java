package dev.millrace.core.repository;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelManifest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A publisher that is killed, at any moment, leaves whole versions and nothing that looks so. */
@Timeout(120)
class KilledPublicationTest {

  private static final int KILLS = 15;
  private static final int LONGEST_MS = 100;
  private static final List<String> LABELS = List.of("cat", "dog");

  @TempDir Path folder;

  /** Publishes without end; once it has published the first, it says so. */
  static final class Publisher {
    public static void main(String[] arguments) {
      byte[] model = new byte[4 << 20];
      new Random(1).nextBytes(model);
      publish(Path.of(arguments[0]), model);
      System.out.println("published");
      while (true) {
        publish(Path.of(arguments[0]), model);
      }
    }

    private static void publish(Path repository, byte[] model) {
      new ModelRepository(repository)
          .publish(
              "tiny",
              model,
              new Preprocessing(32, 32, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f)),
              new Labels(LABELS),
              new ModelManifest.Source("import", null, null));
    }
  }

  @Test
  void versionsOfAKilledPublisher_areWhole() throws Exception {
    ModelRepository repository = new ModelRepository(folder);
    Path home = folder.resolve("tiny");
    Random random = new Random(1);
    long unfinished = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      publishUntilKilled(random.nextInt(LONGEST_MS));
      assertThat(repository.versions("tiny")).isNotEmpty();
      for (int version : repository.versions("tiny")) {
        ModelVersion whole = repository.version("tiny", version);
        assertThat(whole.readVerified()).hasSize(4 << 20);
        assertThat(whole.manifest().labels()).isEqualTo(LABELS);
        assertThat(home.resolve("labels.txt")).hasContent(String.join("\n", LABELS));
      }
      unfinished = hidden(home);
    }
    assertThat(unfinished).as("kills in the middle of a publication").isPositive();

    assertThat(repository.removeUnfinished("tiny", Duration.ofHours(1))).isZero();
    assertThat(repository.removeUnfinished("tiny", Duration.ZERO)).isEqualTo((int) unfinished);
    assertThat(hidden(home)).isZero();
  }

  private void publishUntilKilled(int milliseconds) throws Exception {
    Process publisher =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Publisher.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(publisher.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(out.readLine()).isEqualTo("published");
      TimeUnit.MILLISECONDS.sleep(milliseconds);
    } finally {
      publisher.destroyForcibly().waitFor();
    }
  }

  private static long hidden(Path home) throws IOException {
    try (Stream<Path> children = Files.list(home)) {
      return children.filter(child -> child.getFileName().toString().startsWith(".")).count();
    }
  }
}
