package dev.millrace.core.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.files.WatchedFileSystem.Loss;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class AtomicFileTest {

  private static final String OLD = "old".repeat(10);
  private static final String NEW = "new".repeat(20);

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = folder.resolve("state.json");
  }

  @Test
  void file_written_isAloneInItsFolder() throws IOException {
    AtomicFile.write(file, bytes(OLD));
    assertThat(file).hasContent(OLD);

    AtomicFile.write(file, out -> out.write(bytes(NEW)));
    assertThat(file).hasContent(NEW);
    assertThat(names()).containsExactly("state.json");
  }

  @ParameterizedTest
  @EnumSource
  void writerKilledAtAnyStep_leavesTheOldContentOrTheNew(Loss loss) throws IOException {
    boolean killed = true;
    int kept = 0;
    int unfinished = 0;
    for (int step = 1; killed; step++) {
      AtomicFile.write(file, bytes(OLD));

      killed =
          WatchedFileSystem.killAt(
              step, loss, files -> AtomicFile.write(files.watch(file), bytes(NEW)));

      String content = Files.readString(file);
      assertThat(content).isIn(killed ? List.of(OLD, NEW) : List.of(NEW));
      kept += content.equals(OLD) ? 1 : 0;
      unfinished += names().size() - 1;
      AtomicFile.removeUnfinished(file);
      assertThat(names()).containsExactly("state.json");
    }
    assertThat(kept).as("kills before the rename").isGreaterThan(2);
    if (loss != Loss.CONTENT_AND_NAMES) {
      assertThat(unfinished).as("hidden files left").isGreaterThan(2);
    }
  }

  @Test
  void contentThatCannotBeWritten_leavesTheOldFileAlone() throws IOException {
    AtomicFile.write(file, bytes(OLD));

    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    file,
                    out -> {
                      out.write(bytes("half"));
                      throw new IOException("no more");
                    }))
        .hasMessage("no more");

    assertThat(file).hasContent(OLD);
    assertThat(names()).containsExactly("state.json");
  }

  @Test
  void unfinishedFilesOfOthers_stay() throws IOException {
    Files.createFile(folder.resolve(".other.json-1"));
    Files.createFile(folder.resolve(".state.json-1"));

    AtomicFile.removeUnfinished(file);

    assertThat(names()).containsExactly(".other.json-1");
  }

  @Test
  void newFile_thatExists_isRefused() throws IOException {
    Disk.writeNew(file, bytes(OLD));

    assertThatThrownBy(() -> Disk.writeNew(file, bytes(NEW)))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(file).hasContent(OLD);
  }

  @Test
  void folders_created_surviveALossOfPower() throws IOException {
    Path created = folder.resolve("a/b/c");
    WatchedFileSystem files = new WatchedFileSystem(() -> {});

    Disk.createFolders(files.watch(created));
    files.lose(Loss.CONTENT_AND_NAMES);

    assertThat(created).isEmptyDirectory();
    Disk.createFolders(created);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> children = Files.list(folder)) {
      return children.map(child -> child.getFileName().toString()).sorted().toList();
    }
  }
}
