package dev.millrace.core.repository;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.files.WatchedFileSystem;
import dev.millrace.core.files.WatchedFileSystem.Loss;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A kill at any step of a publication or a removal leaves only complete versions.
 *
 * <p>Each file operation is a step, and so is each half of a write. The kill is an error that is
 * thrown before the step and before all later steps. So none of these steps happens, not even a
 * step in a {@code finally} block. The files are then the same as after the end of the process:
 * {@link #processThatHalts_leavesWhatAKilledPublisherLeaves} compares the files of both cases. A
 * power failure also removes written content and names that were not forced to disk.
 */
@Timeout(120)
class KilledPublicationTest {

  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC);
  private static final String WEIGHTS = "weights".repeat(10);
  private static final int STEPS_PER_HALT = 12;

  /** A file that every process of this test can read. */
  private static final Path BESIDE = Path.of(System.getProperty("java.home"), "release");

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "0, NOTHING", "0, CONTENT", "0, CONTENT_AND_NAMES",
    "1, NOTHING", "1, CONTENT", "1, CONTENT_AND_NAMES"
  })
  void publisherKilledAtAnyStep_leavesWholeVersions(int before, Loss loss) throws IOException {
    boolean killed = true;
    int unfinished = 0;
    int published = 0;
    for (int step = 1; killed; step++) {
      Path root = repositoryOf(before, step);
      killed = killAt(step, root, loss, KilledPublicationTest::publish);

      List<String> versions = requireWholeVersions(root);
      assertThat(versions.size()).isBetween(killed ? before : before + 1, before + 1);
      published += versions.size() - before;
      unfinished += requireThatPublishersGoOn(root, versions);
    }
    assertThat(published).as("publications, one of them at least killed").isGreaterThan(1);
    if (loss != Loss.CONTENT_AND_NAMES) {
      assertThat(unfinished).as("kills in the middle of a publication").isGreaterThan(2);
    }
  }

  @ParameterizedTest
  @EnumSource
  void removerKilledAtAnyStep_leavesWholeVersions(Loss loss) throws IOException {
    boolean killed = true;
    int removed = 0;
    int unfinished = 0;
    for (int step = 1; killed; step++) {
      Path root = repositoryOf(2, step);
      killed = killAt(step, root, loss, repository -> repository.remove("tiny", 2));

      List<String> versions = requireWholeVersions(root);
      assertThat(versions).startsWith("1").hasSizeBetween(1, killed ? 2 : 1);
      removed += 2 - versions.size();
      unfinished += requireThatPublishersGoOn(root, versions);
    }
    assertThat(removed).as("removals, two of them at least killed").isGreaterThan(2);
    assertThat(unfinished).as("kills in the middle of a removal").isGreaterThan(2);
  }

  /** Publishes into a folder and halts at a step. Its arguments are the folder and the step. */
  static final class Publisher {
    private static final int HALTED = 9;

    public static void main(String[] arguments) {
      int step = Integer.parseInt(arguments[1]);
      int[] steps = {0};
      publish(
          new ModelRepository(
              new WatchedFileSystem(
                      () -> {
                        if (++steps[0] == step) {
                          Runtime.getRuntime().halt(HALTED);
                        }
                      })
                  .watch(Path.of(arguments[0])),
              CLOCK));
    }
  }

  @Test
  void processThatHalts_leavesWhatAKilledPublisherLeaves() throws Exception {
    boolean killed = true;
    for (int step = STEPS_PER_HALT; killed; step += STEPS_PER_HALT) {
      Path here = repositoryOf(1, step);
      killed = killAt(step, here, Loss.NOTHING, KilledPublicationTest::publish);
      Path there = repositoryOf(1, -step);

      int exitCode =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Publisher.class.getName(),
                  there.toString(),
                  Integer.toString(step))
              .inheritIO()
              .start()
              .waitFor();

      assertThat(exitCode).isEqualTo(killed ? Publisher.HALTED : 0);
      assertThat(contents(there)).isEqualTo(contents(here));
    }
  }

  private Path repositoryOf(int versions, int step) {
    Path root = folder.resolve("killed-at-" + step);
    IntStream.range(0, versions).forEach(i -> publish(new ModelRepository(root, CLOCK)));
    return root;
  }

  private static void publish(ModelRepository repository) {
    var unused =
        repository.publish(
            "tiny",
            new ModelFiles(
                Samples.bytes(WEIGHTS),
                Map.of("weights-1.bin", new WeightFile(BESIDE, checksum()))),
            Samples.PREPROCESSING,
            Samples.LABELS,
            new Provenance(Samples.SOURCE, null, Map.of(), null),
            null);
  }

  private static String checksum() {
    try {
      return Sha256.of(BESIDE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns whether the work was killed; false if the work ended before that step. */
  private static boolean killAt(int step, Path root, Loss loss, Consumer<ModelRepository> work)
      throws IOException {
    return WatchedFileSystem.killAt(
        step, loss, files -> work.accept(new ModelRepository(files.watch(root), CLOCK)));
  }

  /** Requires that a reader sees no version, or only complete versions with their labels. */
  private static List<String> requireWholeVersions(Path root) throws IOException {
    Path home = root.resolve("tiny");
    if (!Files.exists(home)) {
      return List.of();
    }
    ModelRepository repository = new ModelRepository(root);
    List<Integer> versions = repository.versions("tiny");
    for (int number : versions) {
      ModelVersion version = repository.version("tiny", number);
      assertThat(version.readVerified()).isEqualTo(Samples.bytes(WEIGHTS));
      assertThat(version.labels()).isEqualTo(Samples.LABELS);
      assertThat(Samples.namesIn(version.folder()))
          .containsExactly("millrace.json", "model.onnx", "weights-1.bin");
    }
    Path labels = home.resolve("labels.txt");
    if (Files.exists(labels) || !versions.isEmpty()) {
      assertThat(labels).hasContent(String.join("\n", Samples.LABELS.names()));
    }
    return versions.stream().map(String::valueOf).toList();
  }

  /**
   * Publishes again, removes the folders that were left behind, and returns the number of removed
   * folders.
   */
  private static int requireThatPublishersGoOn(Path root, List<String> versions)
      throws IOException {
    ModelRepository repository = new ModelRepository(root);
    ModelVersion next = Samples.publish(repository, "tiny", "next");
    assertThat(next.version()).isEqualTo(versions.size() + 1);
    assertThat(next.readVerified()).isEqualTo(Samples.bytes("next"));

    List<String> names = Samples.namesIn(root.resolve("tiny"));
    assertThat(repository.removeUnfinished("tiny", Duration.ofHours(1))).isZero();
    int unfinished = repository.removeUnfinished("tiny", Duration.ZERO);

    assertThat(names.stream().filter(name -> name.startsWith("."))).hasSize(unfinished);
    assertThat(Samples.namesIn(root.resolve("tiny")))
        .hasSize(versions.size() + 2)
        .containsAll(versions)
        .contains(Integer.toString(next.version()), "labels.txt");
    return unfinished;
  }

  /** Lists the names under a folder, without the random parts of names. */
  private static Map<String, String> contents(Path root) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> all = Files.walk(root)) {
      all.forEach(
          path ->
              contents.put(
                  root.relativize(path).toString().replaceAll("-[-0-9a-f]{36}", ""),
                  contentOf(path)));
    }
    return contents;
  }

  private static String contentOf(Path path) {
    try {
      return Files.isDirectory(path) ? "" : Files.readString(path, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
