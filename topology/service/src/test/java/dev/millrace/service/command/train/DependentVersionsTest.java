package dev.millrace.service.command.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.Provenance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DependentVersionsTest {

  @TempDir private Path folder;

  private void publish(String source, Integer parent) {
    new ModelRepository(folder)
        .publish(
            "m",
            new byte[] {1},
            new Preprocessing(32, 32, Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD),
            new Labels(List.of("a", "b")),
            new Provenance(new ModelManifest.Source(source, null, null), parent, Map.of(), "run"));
  }

  private void remove(int version) throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("m").resolve(Integer.toString(version)))) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private void damage(int version) throws IOException {
    Files.writeString(folder.resolve("m/" + version + "/" + ModelManifest.FILE_NAME), "{");
  }

  private List<Integer> dependent(int after) {
    return DependentVersions.of(new ModelRepository(folder), "m", after).numbers();
  }

  @Test
  void modelWithoutVersions_hasNone() {
    assertThat(dependent(0)).isEmpty();
  }

  @Test
  void laterTrainings_andVersionsMadeFromThem_areDependent() throws IOException {
    publish("training", null);
    publish("training", null);
    publish("quantization", 2);
    publish("quantization", 1);
    publish("import", null);
    publish("quantization", 3);
    assertThat(dependent(1)).containsExactly(2, 3, 6);

    damage(2);
    assertThat(dependent(1)).as("its manifest says nothing").containsExactly(2, 3, 6);
    damage(5);
    assertThat(dependent(1)).as("it may be trained").containsExactly(2, 3, 5, 6);
    assertThat(dependent(5)).as("it was there before").isEmpty();

    remove(5);
    remove(2);
    assertThat(dependent(1)).containsExactly(3, 6);
    remove(3);
    assertThat(dependent(1)).containsExactly(6);
    remove(1);
    assertThat(dependent(1)).containsExactly(6);
  }
}
