package dev.millrace.connect.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderScanTest {

  private static final FilePatterns PNG = new FilePatterns(List.of("*.png"), List.of());

  @TempDir private Path folder;

  private final List<String> reports = new ArrayList<>();
  private final PassedOver passedOver = new PassedOver(reports::add);

  @BeforeEach
  void createFiles() throws IOException {
    for (String name :
        List.of("a.png", "b.PNG", "c.txt", ".d.png", "x/e.png", "x/y/f.png", ".x/g.png")) {
      Path file = folder.resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, name);
    }
  }

  private FolderScan.Result scan(boolean subfolders, FilePatterns patterns) throws IOException {
    return new FolderScan(folder, subfolders, patterns, partition -> true)
        .run(passedOver, () -> false);
  }

  private static List<String> paths(FolderScan.Result result) {
    return result.files().stream().map(FolderFile::path).toList();
  }

  @Test
  void files_areFoundInSubfolders() throws Exception {
    FolderScan.Result result = scan(true, PNG);

    assertThat(paths(result)).containsExactlyInAnyOrder("a.png", "b.PNG", "x/e.png", "x/y/f.png");
    assertThat(result.complete()).isTrue();
    assertThat(result.files()).allMatch(file -> file.bytes() == file.path().length());
    assertThat(reports).isEmpty();
  }

  @Test
  void subfolders_canBeLeftOut() throws Exception {
    assertThat(paths(scan(false, PNG))).containsExactlyInAnyOrder("a.png", "b.PNG");
    assertThat(reports).isEmpty();
  }

  @Test
  void patterns_chooseNamesAndPaths() throws Exception {
    assertThat(paths(scan(true, new FilePatterns(List.of("x/*.png", "*.TXT"), List.of()))))
        .containsExactlyInAnyOrder("x/e.png", "c.txt");
    assertThat(paths(scan(true, new FilePatterns(List.of("*"), List.of("x/**", "*.PnG")))))
        .containsExactly("c.txt");
    assertThat(paths(scan(true, new FilePatterns(List.of("**/f.*"), List.of()))))
        .containsExactly("x/y/f.png");
  }

  @Test
  void otherPartitions_areLeftOut() throws Exception {
    FolderScan scan = new FolderScan(folder, true, PNG, partition -> false);

    assertThat(scan.run(passedOver, () -> false).files()).isEmpty();
  }

  @Test
  void watchedFolder_mayBeHidden() throws Exception {
    FolderScan scan = new FolderScan(folder.resolve(".x"), true, PNG, partition -> true);

    assertThat(paths(scan.run(passedOver, () -> false))).containsExactly("g.png");
  }

  @Test
  void watchedFolder_mayBeALink() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("x"));
    FolderScan scan = new FolderScan(link, true, PNG, partition -> true);

    assertThat(paths(scan.run(passedOver, () -> false)))
        .containsExactlyInAnyOrder("e.png", "y/f.png");
  }

  @Test
  void missingFolder_isAnException() {
    FolderScan scan = new FolderScan(folder.resolve("none"), true, PNG, partition -> true);

    assertThatThrownBy(() -> scan.run(passedOver, () -> false))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void unreadableSubfolder_makesTheScanIncomplete() throws Exception {
    Path secret = folder.resolve("x");
    assumeThat(secret.toFile().setReadable(false)).isTrue();
    assumeThat(Files.isReadable(secret)).as("this user may read everything").isFalse();

    FolderScan.Result result = scan(true, PNG);

    assertThat(result.complete()).isFalse();
    assertThat(paths(result)).containsExactlyInAnyOrder("a.png", "b.PNG");
    assertThat(reports).singleElement().asString().contains("cannot be read");
    assertThat(secret.toFile().setReadable(true)).isTrue();
  }

  @Test
  void stoppedScan_isNotComplete() throws Exception {
    FolderScan.Result result =
        new FolderScan(folder, true, PNG, partition -> true).run(passedOver, () -> true);

    assertThat(result.complete()).isFalse();
    assertThat(result.files()).isEmpty();
  }

  @Test
  void passedOverFile_isReportedOnceForEachReason() {
    for (String reason : List.of("large", "large", "small")) {
      passedOver.startScan();
      passedOver.add("a", reason);
      passedOver.add("a", reason);
    }
    passedOver.startScan();
    assertThat(passedOver.count()).isZero();
    passedOver.startScan();
    passedOver.add("a", "small");

    assertThat(passedOver.count()).isEqualTo(1);
    assertThat(reports)
        .containsExactly(
            "a is passed over: large", "a is passed over: small", "a is passed over: small");
  }

  @Test
  void report_isOneLine() {
    passedOver.startScan();
    passedOver.add("a\nb", "large");

    assertThat(reports).containsExactly("a?b is passed over: large");
  }
}
