package dev.millrace.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class StaleLibrariesTest {

  private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
  private static final Instant YOUNG = NOW.minusSeconds(299);
  private static final Instant LONG_AGO = NOW.minusSeconds(3600);

  @TempDir private Path folder;
  private Path temporary;
  private Path processes;

  @BeforeEach
  void prepare() throws IOException {
    temporary = Files.createDirectory(folder.resolve("tmp"));
    processes = Files.createDirectory(folder.resolve("proc"));
    process(1, "7f00-7f01 r-xp 00000000 08:01 1 /usr/lib/libc.so.6\n");
  }

  private void process(int pid, String maps) throws IOException {
    Files.writeString(Files.createDirectory(processes.resolve("" + pid)).resolve("maps"), maps);
  }

  /** Creates a folder as ONNX Runtime does, with a part of a library in it. */
  private Path unpacked(String name, Instant file, Instant directory) throws IOException {
    Path unpacked = Files.createDirectory(temporary.resolve(name));
    Path library = Files.writeString(unpacked.resolve("libonnxruntime.so"), "half of it");
    Files.setLastModifiedTime(library, FileTime.from(file));
    Files.setLastModifiedTime(unpacked, FileTime.from(directory));
    return unpacked;
  }

  private void remove() {
    new StaleLibraries(temporary, processes, NOW).remove();
  }

  @Test
  void folderOfAKilledProcess_isRemoved() throws IOException {
    Path stale = unpacked("onnxruntime-java123", LONG_AGO, LONG_AGO);
    Path empty = Files.createDirectory(temporary.resolve("onnxruntime-java4"));
    Files.setLastModifiedTime(empty, FileTime.from(LONG_AGO));

    remove();

    assertThat(stale).doesNotExist();
    assertThat(empty).doesNotExist();
  }

  @Test
  void folderThatAProcessHasLoadedFrom_stays() throws IOException {
    Path used = unpacked("onnxruntime-java123", LONG_AGO, LONG_AGO);
    Path stale = unpacked("onnxruntime-java1234", LONG_AGO, LONG_AGO);
    process(2, "7f00-7f01 r-xp 00000000 08:01 9 " + used.resolve("libonnxruntime.so") + "\n");

    remove();

    assertThat(used).isNotEmptyDirectory();
    assertThat(stale).doesNotExist();
  }

  @Test
  void foldersThatOneProcessHasLoadedFrom_stay() throws IOException {
    Path first = unpacked("onnxruntime-java1", LONG_AGO, LONG_AGO);
    Path second = unpacked("onnxruntime-java2", LONG_AGO, LONG_AGO);
    process(
        42,
        "7f00-7f01 r-xp 0 08:01 9 %s/a.so\n7f01-7f02 r-xp 0 08:01 8 %s/a.so\n"
            .formatted(first, second));

    remove();

    assertThat(first).isNotEmptyDirectory();
    assertThat(second).isNotEmptyDirectory();
  }

  @Test
  void folderThatIsBeingUnpacked_stays() throws IOException {
    Path begun = unpacked("onnxruntime-java1", YOUNG, LONG_AGO);
    Path made = unpacked("onnxruntime-java2", LONG_AGO, YOUNG);

    remove();

    assertThat(begun).isNotEmptyDirectory();
    assertThat(made).isNotEmptyDirectory();
  }

  @Test
  void whatHasAnotherName_orIsALink_stays() throws IOException {
    Path other = unpacked("onnxruntime-java-mine", LONG_AGO, LONG_AGO);
    Path target = unpacked("precious", LONG_AGO, LONG_AGO);
    Files.createSymbolicLink(temporary.resolve("onnxruntime-java5"), target);

    remove();

    assertThat(other).isNotEmptyDirectory();
    assertThat(target).isNotEmptyDirectory();
  }

  @Test
  void processThatEndsMeanwhile_orIsAnotherUsers_isPassedOver() throws IOException {
    Path stale = unpacked("onnxruntime-java123", LONG_AGO, LONG_AGO);
    Files.createDirectory(processes.resolve("3"));

    remove();

    assertThat(stale).doesNotExist();
  }

  @Test
  void systemWithoutProc_keepsAllFolders() throws IOException {
    Path stale = unpacked("onnxruntime-java123", LONG_AGO, LONG_AGO);

    new StaleLibraries(temporary, folder.resolve("none"), NOW).remove();

    assertThat(stale).isNotEmptyDirectory();
  }
}
