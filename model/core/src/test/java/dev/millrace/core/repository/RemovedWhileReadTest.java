package dev.millrace.core.repository;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.files.WatchedFileSystem;
import dev.millrace.core.model.ModelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A version is removed or replaced while it is read. The change happens before the reader's first
 * file operation in the first read, before its second operation in the second read, and so on. The
 * reader then either reads the version completely, or refuses it with one line that says what to
 * do.
 */
@Timeout(60)
class RemovedWhileReadTest {

  private static final String WEIGHTS = "weights".repeat(100);

  @TempDir Path folder;

  private final List<String> whole = new ArrayList<>();
  private final List<String> refusals = new ArrayList<>();
  private ModelRepository repository;

  @BeforeEach
  void publishFirst() {
    repository = new ModelRepository(folder);
    Samples.publish(repository, "tiny", "the one that serves");
  }

  @Test
  void versionThatIsRemoved_isReadWhole_orRefused() {
    readVersion2BesideEachStep(() -> repository.remove("tiny", 2));

    assertThat(whole).isNotEmpty().containsOnly(WEIGHTS);
    assertThat(refusals)
        .contains(
            "model 'tiny' in " + folder + " has no version 2; name one of [1]",
            "there is no "
                + folder.resolve("tiny/2/millrace.json")
                + ": the version was removed, or was never published",
            "tiny version 2 was removed: there is no "
                + folder.resolve("tiny/2/model.onnx")
                + " any more; name another version or import the model again");
  }

  @Test
  void versionWhoseNumberGoesToAnother_isReadWhole_orRefused() {
    readVersion2BesideEachStep(
        () -> {
          repository.remove("tiny", 2);
          Samples.publish(repository, "tiny", "others");
        });

    assertThat(whole).contains(WEIGHTS, "others").containsOnly(WEIGHTS, "others");
  }

  /**
   * Reads the version once for each operation of the reader. In each read, the change happens
   * before a different operation.
   */
  private void readVersion2BesideEachStep(Runnable change) {
    AtomicInteger steps = new AtomicInteger();
    int changed = 0;
    do {
      changed++;
      if (repository.versions("tiny").contains(2)) {
        repository.remove("tiny", 2);
      }
      Samples.publish(repository, "tiny", WEIGHTS);
      int at = changed;
      steps.set(0);
      read(
          () -> {
            if (steps.incrementAndGet() == at) {
              change.run();
            }
          });
    } while (changed <= steps.get());

    assertThat(refusals)
        .isNotEmpty()
        .allSatisfy(
            line -> assertThat(line).hasLineCount(1).containsAnyOf("name ", "import", "published"));
  }

  private void read(Runnable before) {
    Path watched = new WatchedFileSystem(before).watch(folder);
    try {
      ModelVersion version = new ModelRepository(watched).version("tiny", 2);
      byte[] model = version.readVerified();
      assertThat(Sha256.of(model)).isEqualTo(version.sha256());
      whole.add(new String(model, StandardCharsets.UTF_8));
    } catch (ModelException e) {
      refusals.add(e.getMessage());
    }
  }
}
