package dev.millrace.connect.folder;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FolderFileTest {

  private static FolderFile file(String path, long bytes, long modifiedMs) {
    return new FolderFile(path, Path.of("/photos").resolve(path), bytes, modifiedMs);
  }

  @Test
  void fingerprint_dependsOnPathSizeAndTimeAlone() {
    long fingerprint = file("cats/1.png", 10, 20).fingerprint();

    assertThat(new FolderFile("cats/1.png", Path.of("/elsewhere"), 10, 20).fingerprint())
        .isEqualTo(fingerprint);
    assertThat(file("cats/2.png", 10, 20).fingerprint()).isNotEqualTo(fingerprint);
    assertThat(file("cats/1.png", 11, 20).fingerprint()).isNotEqualTo(fingerprint);
    assertThat(file("cats/1.png", 10, 21).fingerprint()).isNotEqualTo(fingerprint);
    assertThat(file("cats/1.png", 20, 10).fingerprint()).isNotEqualTo(fingerprint);
  }

  /** Stored offsets hold fingerprints, so a later release must compute equal fingerprints. */
  @Test
  void fingerprintAndPartition_neverChange() {
    assertThat(file("cats/1.png", 10, 20).fingerprint()).isEqualTo(3083905728635252784L);
    assertThat(file("cats/1.png", 10, 20).partition()).isEqualTo(36);
  }

  @Test
  void numberedFiles_spreadOverAllPartitions() {
    Map<Integer, Integer> counts = new HashMap<>();
    for (int i = 0; i < 64_000; i++) {
      counts.merge(file("img_%06d.jpg".formatted(i), 1, 1).partition(), 1, Integer::sum);
    }

    assertThat(counts).hasSize(64);
    assertThat(counts.values()).allMatch(count -> count > 700 && count < 1300);
  }

  @Test
  void folderName_isTheNameOfTheNearestFolder() {
    assertThat(file("animals/cats/1.png", 1, 1).folderName()).isEqualTo("cats");
    assertThat(file("1.png", 1, 1).folderName()).isEqualTo("photos");
    assertThat(new FolderFile("1.png", Path.of("/1.png"), 1, 1).folderName()).isEmpty();
  }
}
